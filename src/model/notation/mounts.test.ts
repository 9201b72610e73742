import assert from "node:assert/strict";
import { test } from "node:test";
import { messageOf } from "../../base/errors.ts";
import { parseMountFlag } from "./mount-flag.ts";
import { type ParsedMount, parseTmpfs, parseVolume } from "./mounts.ts";

type Parse = (text: string) => ParsedMount;

const volume: Parse = (text) => parseVolume(text, "/work");
const mount: Parse = (text) => parseMountFlag(text, "/work");

const accepted: readonly (readonly [Parse, string, ParsedMount])[] = [
  [volume, "/b", { type: "volume", destination: "/b" }],
  [volume, "data:/b:ro", { type: "volume", name: "data", destination: "/b", options: ["ro"] }],
  [volume, "/a:/b/../c/", { type: "bind", source: "/a", destination: "/c" }],
  [volume, "../a:/b", { type: "bind", source: "/a", destination: "/b" }],
  [volume, "./a:/b:U,ro,Z", { type: "bind", source: "/work/a", destination: "/b", options: ["U", "ro", "Z"] }],
  [
    volume,
    "/a:/b:O,upperdir=/u,workdir=/w",
    {
      type: "bind",
      source: "/a",
      destination: "/b",
      options: ["O", "upperdir=/u", "workdir=/w"],
    },
  ],
  [parseTmpfs, "/t", { type: "tmpfs", destination: "/t" }],
  [
    parseTmpfs,
    "/t:size=1m,mode=700,noexec",
    { type: "tmpfs", destination: "/t", options: ["size=1m", "mode=700", "noexec"] },
  ],
  [mount, "type=bind,src=/a,dst=/b", { type: "bind", source: "/a", destination: "/b" }],
  [mount, "type=bind,target=/b", { type: "bind", source: "/b", destination: "/b" }],
  [
    mount,
    "type=bind,source=a,destination=/b,readonly,bind-propagation=rshared,relabel=shared,U=true,consistency=cached",
    {
      type: "bind",
      source: "/work/a",
      destination: "/b",
      options: ["ro", "rshared", "z", "U"],
    },
  ],
  [
    mount,
    "type=bind,src=/a,dst=/b,ro=false,bind-nonrecursive,noexec",
    {
      type: "bind",
      source: "/a",
      destination: "/b",
      options: ["rw", "bind", "noexec"],
    },
  ],
  [mount, 'type=bind,"src=/a,b",dst=/b', { type: "bind", source: "/a,b", destination: "/b" }],
  [mount, "type=volume,dst=/b", { type: "volume", destination: "/b" }],
  [mount, "type=volume,src=v,dst=/b,subpath=s", { type: "volume", name: "v", destination: "/b", subpath: "s" }],
  [
    mount,
    "type=tmpfs,dst=/b,tmpfs-size=1m,tmpfs-mode=1777,notmpcopyup",
    {
      type: "tmpfs",
      destination: "/b",
      options: ["size=1m", "mode=1777", "notmpcopyup"],
    },
  ],
  [mount, "type=image,src=i,dst=/b,rw=true", { type: "image", image: "i", destination: "/b", readWrite: true }],
  [mount, "type=devpts,dst=/dev/pts,uid=1", { type: "devpts", destination: "/dev/pts", options: ["uid=1"] }],
];

test("mounts in podman's notations", () => {
  for (const [parse, text, value] of accepted) assert.deepEqual(parse(text), value, text);
});

const FORMAT =
  "incorrect mount format: should be --mount type=<bind|tmpfs|volume>,[src=<host-dir|volume-name>,]target=<ctr-dir>[,options]";
const NO_ARGUMENT = "must provide an argument for option";

const refused: readonly (readonly [Parse, string, string])[] = [
  [volume, "", "container directory cannot be empty"],
  [volume, "a", 'invalid container path "a", must be an absolute path'],
  [volume, "/a:b", 'invalid container path "b", must be an absolute path'],
  [volume, ":/b", "host directory cannot be empty"],
  [volume, "/a:/b:", 'invalid option type ""'],
  [volume, "/a:/b:foo", 'invalid option type "foo"'],
  [volume, "/a:/b:ro,rw", `invalid options "ro, rw", can only specify 1 'rw' or 'ro' option`],
  [volume, "/a:/b:ro,ro", `invalid options "ro, ro", can only specify 1 'rw' or 'ro' option`],
  [
    volume,
    "/a:/b:rprivate,rshared",
    `invalid options "rprivate, rshared", can only specify 1 '[r]shared', '[r]private', '[r]slave' or '[r]unbindable' option`,
  ],
  [volume, "/a:/b:upperdir=/x", 'unknown mount option "upperdir=/x": invalid mount option'],
  [volume, "/a:/b:z:x", "/a:/b:z:x: incorrect volume format, should be [host-dir:]ctr-dir[:option]"],
  [parseTmpfs, "", "container directory cannot be empty"],
  [parseTmpfs, "b", 'invalid container path "b", must be an absolute path'],
  [parseTmpfs, "/b:foo", 'unknown mount option "foo": invalid mount option'],
  [parseTmpfs, "/b:ro,rw", "only one of 'rw' and 'ro' can be used: duplicate mount option passed"],
  [mount, "", FORMAT],
  [mount, "type", FORMAT],
  [mount, "src=/tmp,dst=/b", FORMAT],
  [mount, "type=foo", 'invalid filesystem type "foo"'],
  [mount, "type=bind", "must set volume destination"],
  [mount, "type=bind,src=/tmp,dst=/b,foo=bar", "foo: invalid mount option"],
  [mount, "type=bind,type=volume", "type: invalid mount option"],
  [mount, "type=bind,dst", `dst: ${NO_ARGUMENT}`],
  [mount, "type=bind,src=,dst=/b", `host directory cannot be empty: ${NO_ARGUMENT}`],
  [
    mount,
    "type=bind,src=/tmp,dst=/b,ro=maybe",
    `'readonly', 'ro', or 'rw' must be set to true or false, instead received "maybe": ${NO_ARGUMENT}`,
  ],
  [
    mount,
    "type=bind,src=/tmp,dst=/b,rw,ro",
    `cannot pass 'readonly', 'ro', or 'rw' options more than once: ${NO_ARGUMENT}`,
  ],
  [
    mount,
    "type=bind,src=/tmp,dst=/b,suid,nosuid",
    `cannot pass 'nosuid' and 'suid' options more than once: ${NO_ARGUMENT}`,
  ],
  [
    mount,
    "type=bind,src=/tmp,dst=/b,relabel=x",
    "relabel mount option must be 'private' or 'shared': invalid mount option",
  ],
  [mount, "type=bind,src=/tmp,dst=/b,bind-propagation=foo", 'invalid option type "foo"'],
  [mount, "type=tmpfs,src=/x,dst=/b", "source is not supported with tmpfs mounts"],
  [mount, "type=tmpfs,dst=/b,size=10m", "size: invalid mount option"],
  [mount, "type=image,dst=/b", "must set source and destination for image volume"],
  [mount, "type=devpts,src=/x,dst=/b", "src: invalid mount option"],
];

test("bad mounts are refused with podman's texts", () => {
  for (const [parse, text, message] of refused)
    assert.throws(
      () => parse(text),
      (error) => messageOf(error) === message,
      text,
    );
});
