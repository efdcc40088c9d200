import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLogicalVolumes } from './lvm.ts';

test('logical volumes are read as lvs prints them', () => {
  const row = (name: string, more: object = {}) => ({
    lv_name: name,
    lv_size: '67108864',
    data_percent: '',
    metadata_percent: '',
    lv_active: '',
    ...more,
  });
  const lv = [
    row('[lvol0_pmspare]'),
    row('thinpool', { data_percent: '12.50', metadata_percent: '10.94', lv_active: 'active' }),
    row('vol-data', { data_percent: '0.00', lv_active: 'active' }),
  ];
  assert.deepEqual(parseLogicalVolumes(JSON.stringify({ report: [{ lv }], log: [] })), [
    { name: 'lvol0_pmspare', sizeBytes: 67108864, isActive: false },
    {
      name: 'thinpool',
      sizeBytes: 67108864,
      isActive: true,
      dataPercent: 12.5,
      metadataPercent: 10.94,
    },
    { name: 'vol-data', sizeBytes: 67108864, isActive: true, dataPercent: 0 },
  ]);
});
