import { create } from '@bufbuild/protobuf';
import {
  applyChangeToProto,
  fieldChangeToProto,
  RegistrySchema,
  type RegistryService,
  registryFromProto,
  registryToProto,
} from '@capsule/api/wire';
import type { ServiceImpl } from '@connectrpc/connect';
import type { RegistryCommands } from '../registry/commands.ts';

/** Implements the calls about registries. */
export function registryService(
  commands: RegistryCommands,
): Partial<ServiceImpl<typeof RegistryService>> {
  return {
    async apply({ registry, dryRun }) {
      const spec = registryFromProto(registry ?? create(RegistrySchema));
      const { change, fields } = await commands.apply(spec, dryRun);
      return { change: applyChangeToProto(change), fields: fields.map(fieldChangeToProto) };
    },
    list() {
      const registries = commands
        .list()
        .map(({ spec, declared, username }) => registryToProto(spec, { declared, username }));
      return { registries };
    },
    async delete({ name }) {
      return { existed: await commands.delete(name) };
    },
    async login({ name, username, secret, noCheck }, { signal }) {
      const login = { username, secret };
      await commands.login(name, login, { isChecked: !noCheck, signal });
      return {};
    },
    logout({ name }) {
      return { existed: commands.logout(name) };
    },
  };
}
