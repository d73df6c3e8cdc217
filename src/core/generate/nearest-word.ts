import type { FieldDescribe } from '../describe.js';
import { editDistance } from '../mapping/near-miss.js';
import { wordOf, type SampledColumn } from './columns.js';

const longestWord = 80;

/**
 * The field whose name or label the column misspells. Stricter than a "did you mean": a wrong match puts data into a
 * wrong field. Short words are near to too many others, and words that differ in digits (`Phone2`) are never meant to
 * be the same; nor is one of two fields that are equally near.
 */
export function nearestWord(
  column: Pick<SampledColumn, 'word'>,
  fields: readonly FieldDescribe[],
): FieldDescribe | undefined {
  const { word } = column;
  if (word.length > longestWord) return undefined;
  const near = fields
    .map((field) => ({ field, distance: distanceTo(word, field) }))
    .filter(({ distance }) => distance <= tolerance(word.length))
    .sort((a, b) => a.distance - b.distance);
  const [best, second] = near;
  return best === undefined || second?.distance === best.distance ? undefined : best.field;
}

function distanceTo(word: string, field: FieldDescribe): number {
  const words = [field.name, field.label].map(wordOf).filter((name) => digitsOf(name) === digitsOf(word));
  return Math.min(...words.map((name) => editDistance(word, name)));
}

function digitsOf(word: string): string {
  return word.replace(/\D/g, '');
}

function tolerance(length: number): number {
  return length < 5 ? 0 : length < 9 ? 1 : 2;
}
