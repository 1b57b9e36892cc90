/** @file Experiments: found by name, made when missing. */

import { hasCode } from "./error.ts";
import type { Connection } from "./request.ts";
import { endpoints } from "./specification.ts";

/** The methods of a client that concern experiments. */
export interface ExperimentMethods {
  /** The id of the experiment of this name; undefined where the server has none. */
  findExperiment(name: string): Promise<string | undefined>;
  /** The id of the experiment of this name, which is made when missing. */
  experiment(name: string): Promise<string>;
}

export function experimentMethods(connection: Connection): ExperimentMethods {
  const findExperiment = async (name: string) => {
    try {
      const { experiment } = await connection.call(endpoints.experimentByName, { experiment_name: name });
      return experiment.experiment_id;
    } catch (error) {
      if (hasCode(error, "RESOURCE_DOES_NOT_EXIST")) return undefined;
      throw error;
    }
  };
  return {
    findExperiment,
    async experiment(name) {
      const known = await findExperiment(name);
      if (known !== undefined) return known;
      try {
        return (await connection.call(endpoints.createExperiment, { name })).experiment_id;
      } catch (error) {
        // Another process was faster, or the answer to our first try got lost.
        if (!hasCode(error, "RESOURCE_ALREADY_EXISTS")) throw error;
        const made = await findExperiment(name);
        if (made === undefined) throw error;
        return made;
      }
    },
  };
}
