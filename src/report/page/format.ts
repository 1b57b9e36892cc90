/** @file What the code that packs a report's data and the script that reads it must agree on. */

/** Steps across twice the window: an eighth of a pixel on a panel of 500 pixels. */
export const packLevels = 8191;

/** Slider positions for each step from one frame to the next. */
export const substeps = 20;
