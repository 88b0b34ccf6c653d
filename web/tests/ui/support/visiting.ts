/** What most files of tests begin with: a new city before each test, visits of its one vault, which end after it. */

import { afterEach, beforeEach, vi } from 'vitest';
import { Authenticator, type Kind } from './authenticator.ts';
import { Service } from './service.ts';
import { Visit } from './visit.ts';

/** Hands over the city of each test; gives what makes visits of it, or of another one, at a new device unless one is given. */
export function visiting(begin: (service: Service) => void): (device?: Kind | Authenticator, at?: Service) => Visit {
  const visits: Visit[] = [];
  let service: Service;
  beforeEach(async () => {
    vi.stubGlobal('navigator', { onLine: true, languages: ['fr'], userAgent: 'Linux' });
    service = new Service();
    await service.wait();
    begin(service);
  });
  afterEach(async () => {
    await Promise.all(visits.splice(0).map((one) => one.end()));
  });
  return (device, at = service) => {
    const made = new Visit(at, typeof device === 'string' ? new Authenticator(device) : device);
    visits.push(made);
    return made;
  };
}
