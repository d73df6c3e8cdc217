import type { MappingEntry } from '../job.js';
import { converterOf, keyConverterOf } from './convert.js';
import { fixedStep, shown } from './field-plan.js';
import type { MappingProblem } from './problem.js';
import type { Target } from './target.js';

/** A constant, or a value of a table, that the field cannot hold would fail in every record: told before any is sent. */
export function fixedValueProblems(name: string, target: Target, entry: MappingEntry): MappingProblem[] {
  const convert = target.relation === undefined ? converterOf(target.field) : keyConverterOf(target.valueField);
  const values = 'constant' in entry ? [entry.constant] : Object.values(entry.values ?? {});
  const place = 'constant' in entry ? 'constant' : 'values';
  return values.flatMap((value) => {
    const step = fixedStep(value, convert);
    if (step === undefined || step === null || step.converted.ok) return [];
    const message = `${name}: ${shown(step.text)}, which the mapping gives as "${place}", ${step.converted.reason}.`;
    return [{ code: 'value-not-valid' as const, message, field: name }];
  });
}
