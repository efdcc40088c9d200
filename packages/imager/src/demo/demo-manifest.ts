/** The name of the demo's capsule and of its workload. */
export const DEMO = 'demo';
export const WORKLOAD = 'hello';

/** The manifest of the demo's web server, as a person would write it. */
export function demoManifest(image: string, hostPort: number): string {
  return `# Made by npm start. A web server with an address of its own on the capsule's bridge;
# port ${hostPort} of the capsule leads to it.
name: ${WORKLOAD}
kind: Container
container:
  image: ${image}
  networkMode: NETWORK_MODE_BRIDGE
  ports:
    - containerPort: 80
      hostPort: ${hostPort}
      protocol: tcp
`;
}
