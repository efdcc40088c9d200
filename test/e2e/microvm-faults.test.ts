import { VOLUME_FAULTS } from '@capsule/core';
import { microVmManifest } from '../lab/run-micro-vm.ts';
import { stayingWith } from '../lab/stay.ts';
import { volumeFaults } from './support/volume-faults.ts';

/** The fault points that concern microVMs. The capsule does not mount a volume for a microVM. */
const SHARED = /^(attach:(?!opened)|detach:|snapshot:)/;

volumeFaults({
  title: 'capsuled dies in the middle of work on volumes that a microVM has',
  faults: VOLUME_FAULTS.filter((fault) => SHARED.test(fault)),
  user: microVmManifest('user', stayingWith('data')),
});
