import type { OrgFacts } from '../ports/org.js';
import type { ApiBudget } from './api-budget.js';

/** Asks the org only while there is room for a call (A1); its questions throw `BudgetStop` when there is none. */
export function budgetedFacts(facts: OrgFacts, budget: Pick<ApiBudget, 'assertRoom'>): OrgFacts {
  return {
    describe: async (object) => {
      await budget.assertRoom(1);
      return facts.describe(object);
    },
    hasActiveTriggers: async (object) => {
      await budget.assertRoom(1);
      return facts.hasActiveTriggers(object);
    },
  };
}
