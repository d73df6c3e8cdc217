/**
 * Loaded before the CLI by tests that let an org hang: the same program with shorter patience. The limits are plain
 * objects of the program; nothing outside of a test can reach them, and no variable or flag sets them.
 */
import { questionPolicy, transportPolicy } from '../../lib/core/run/backoff.js';
import { wireLimits } from '../../lib/org/http-wire.js';

Object.assign(wireLimits, { connectMs: 1000, readMs: 1000, writeMs: 1000, loginMs: 2000 });
for (const policy of [questionPolicy, transportPolicy]) Object.assign(policy, { firstMs: 20, mostMs: 100 });
