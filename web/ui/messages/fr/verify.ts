/** Messages of the verifier. */

import common from './common.ftl?raw';
import errors from './errors.ftl?raw';
import evidence from './evidence.ftl?raw';
import verify from './verify.ftl?raw';

export const texts: readonly string[] = [common, evidence, errors, verify];
