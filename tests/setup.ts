/** @file Before every test file. */

import fc from "fast-check";

// The same examples in every run: a suite that passes goes on passing until the code changes.
fc.configureGlobal({ seed: 1998 });
