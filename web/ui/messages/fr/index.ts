/** Messages of the resident's pages. */

import common from './common.ftl?raw';
import errors from './errors.ftl?raw';
import evidence from './evidence.ftl?raw';
import legal from './legal.ftl?raw';
import resident from './resident.ftl?raw';

export const texts: readonly string[] = [common, evidence, errors, resident, legal];
