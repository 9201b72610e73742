/** Networks, published ports and what a pod's members share. */
import { differs, type Scenario } from "./scenario.ts";
import { compareWithPodman } from "./side-by-side.ts";

const SLEEP = "--stop-timeout 0 busybox sleep 1000";

const SCENARIOS: readonly Scenario[] = [
  {
    name: "networks are created, listed and removed",
    steps: [
      "network create one",
      "network create one",
      "network create --subnet 10.213.1.0/24 --gateway 10.213.1.1 --label a=b --internal two",
      "network create --subnet 10.213.1.0/24 three",
      "network create --subnet nosuch four",
      "network create --driver nosuch five",
      "network create in/valid",
      "network ls --filter name=two --format '{{.Name}} {{.Driver}}'",
      "network exists two",
      "network exists nosuch",
      "network inspect two -f '{{.Name}} {{.Driver}} {{.Internal}} {{.Labels}}'",
      "network inspect nosuch",
      "network rm one nosuch",
      "network rm nosuch",
      "network rm two",
    ],
  },
  {
    name: "networks in use",
    steps: [
      "network create net",
      "create --name c --network net busybox sleep 1000",
      "network rm net",
      "inspect -f '{{.HostConfig.NetworkMode}}' c",
      "ps -a --filter network=net --format {{.Names}}",
      "network rm -f net",
      "container exists c",
    ],
  },
  {
    name: "published ports",
    steps: [
      `pod create --name p -p {port}:80 -p 127.0.0.1:{port}:81/udp`,
      `create --pod p --name a ${SLEEP}`,
      { run: "port a", unordered: true },
      "pod inspect -f '{{json .InfraConfig.PortBindings}}' p",
      // podman groups ports by protocol and address, in random order.
      { run: "ps -a --filter name=^a$ --format '{{.Ports}}'", unordered: true },
      { run: "port {short:p}-infra", unordered: true },
      "port {short:p}-infra 80",
      "port {short:p}-infra 99",
      `create --name c -p {port}:80 --expose 90 ${SLEEP}`,
      "port c",
      { run: "port -a", unordered: true },
      "port c 80/udp",
      {
        run: "inspect -f '{{json .HostConfig.PortBindings}}' c",
        differs: { "90/tcp": differs("exposed ports are not bound", null, undefined) },
      },
    ],
  },
  {
    name: "members see one network, host name and IPC",
    steps: [
      "pod create --name p --network none --hostname whale --add-host db.example:10.9.8.7 --share net,uts,ipc,pid",
      `create --pod p --name a ${SLEEP}`,
      "pod start p",
      "run --rm --pod p busybox sh -c 'hostname; readlink /proc/self/ns/net | cut -c1-4'",
      "exec a sh -c 'touch /dev/shm/seen'",
      "run --rm --pod p busybox ls /dev/shm",
      "run --rm --pod p --pid private busybox sh -c 'ls /dev/shm; echo $$'",
      "run --rm --pod p --ipc private busybox ls /dev/shm",
      "run --rm --pod p --uts private --hostname other busybox hostname",
    ],
  },
  {
    name: "containers that share namespaces without a pod",
    steps: [
      "run -d --name c --network none --ipc shareable busybox sleep 1000",
      "run --rm --network container:c --pid container:c --ipc container:c busybox true",
      "run --rm --network host busybox true",
      "run --rm --network container:c -p 80:80 busybox true",
      "run --rm --network none --uts host busybox true",
      "inspect -f '{{.HostConfig.NetworkMode}} {{.HostConfig.IpcMode}}' c",
    ],
  },
];

compareWithPodman(SCENARIOS);
