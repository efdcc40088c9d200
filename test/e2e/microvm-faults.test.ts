import { VOLUME_FAULTS } from '@capsule/core';
import { microVmManifest } from '../lab/run-micro-vm.ts';
import { stayingWith } from '../lab/stay.ts';
import { volumeFaults } from './support/volume-faults.ts';

/** Those in which a microVM has its part; what is lent is not opened by the capsule. */
const SHARED = /^(attach:(?!opened)|detach:|snapshot:)/;

volumeFaults({
  title: 'capsuled dies in the middle of work on volumes that a microVM has',
  faults: VOLUME_FAULTS.filter((fault) => SHARED.test(fault)),
  user: microVmManifest('user', stayingWith('data')),
});
