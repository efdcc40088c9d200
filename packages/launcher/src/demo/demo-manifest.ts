/** The name of the demo's capsule and of its workload. */
export const DEMO = 'demo';
export const WORKLOAD = 'hello';

const BLOCKS = { Container: 'container', MicroVM: 'microVm' } as const;

/** The manifest of the demo's web server, as a person would write it: the kinds differ in two words. */
export function demoManifest(
  image: string,
  hostPort: number,
  kind: keyof typeof BLOCKS = 'Container',
): string {
  return `# Made by npm start. A web server with an address of its own on the capsule's bridge;
# port ${hostPort} of the capsule leads to it.
name: ${WORKLOAD}
kind: ${kind}
${BLOCKS[kind]}:
  image: ${image}
  ports:
    - containerPort: 80
      hostPort: ${hostPort}
      protocol: tcp
`;
}
