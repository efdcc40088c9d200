import { VOLUME_FAULTS } from '@capsule/core';
import { stayingWith } from '../lab/stay.ts';
import { manifest } from '../lab/workload.ts';
import { volumeFaults } from './support/volume-faults.ts';

volumeFaults({
  title: 'capsuled dies in the middle of work on volumes',
  faults: VOLUME_FAULTS,
  user: manifest('user', stayingWith('data')),
});
