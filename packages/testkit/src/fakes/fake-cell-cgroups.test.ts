import { cellCgroupsContract } from '../contracts/cell-cgroups.contract.ts';
import { FakeCellCgroups } from './fake-cell-cgroups.ts';

cellCgroupsContract('fake', async () => new FakeCellCgroups());
