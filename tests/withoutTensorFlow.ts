/** @file TensorFlow for Node.js is missing in these tests, whether it is installed or not; `npm run test:tfjs-node` has it. */
import { vi } from "vitest";

const missing = () => {
  throw new Error("missing");
};
vi.mock("@tensorflow/tfjs-node", () => missing());
vi.mock("@tensorflow/tfjs-node-gpu", () => missing());
