/** @file A process that does nothing until it is killed. */

process.send?.("here");
setInterval(() => undefined, 1000);
