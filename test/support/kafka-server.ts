import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Admin, Consumer, type Message, stringDeserializers } from "@platformatic/kafka";
import { freePorts } from "../../bench/deploy/free-ports.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { provideKafka } from "../../setup/steps/kafka.mjs";
import { toolCache } from "../../setup/tool-cache.mjs";
import { crash, endWithThisProcess, listens } from "./processes.ts";

/** Longest wait for Kafka to start, on a busy machine, and for messages, in milliseconds. */
const TIMEOUT_MS = 90_000;

/** A user of the listener with TLS, by SCRAM-SHA-512 and by PLAIN. */
export const KAFKA_USER = { username: "sluice", password: "kafka-secret" } as const;

/** The server's certificate for the listener with TLS, PEM. */
export interface KafkaCertificate {
	readonly certificate: string;
	readonly key: string;
}

/** A real Kafka of one broker on 127.0.0.1, which can be killed, stalled and started again on its ports. */
export class KafkaServer {
	readonly port: number;
	/** Of the listener with TLS and a login. */
	readonly securePort: number;
	/** Of a listener whose clients are sent to `frontPort`, where something may stand between. */
	readonly frontedPort: number;
	readonly frontPort: number;
	readonly #dir: string;
	readonly #jars: string;
	readonly #admin: Admin;
	#process: ChildProcess | undefined;

	private constructor(parts: Ports & { dir: string; jars: string }) {
		this.port = parts.port;
		this.securePort = parts.securePort;
		this.frontedPort = parts.frontedPort;
		this.frontPort = parts.frontPort;
		this.#dir = parts.dir;
		this.#jars = parts.jars;
		this.#admin = new Admin({ clientId: "test", bootstrapBrokers: [this.broker] });
	}

	get broker(): string {
		return `127.0.0.1:${this.port}`;
	}

	/** Fails where there is no Kafka to be had. */
	static async start(certificate: KafkaCertificate): Promise<KafkaServer> {
		const jars = await provideKafka({ cache: toolCache(process.env), env: process.env });
		const dir = await mkdtemp(join(tmpdir(), "sluice-kafka-"));
		const [port = 0, securePort = 0, frontedPort = 0, frontPort = 0, controllerPort = 0] = await freePorts(5);
		const ports = { port, securePort, frontedPort, frontPort };
		const server = new KafkaServer({ ...ports, dir, jars });
		await writeFile(join(dir, "server.pem"), `${certificate.key}${certificate.certificate}`);
		await writeFile(join(dir, "server.properties"), propertiesOf({ ...ports, dir, controllerPort }));
		const { username, password } = KAFKA_USER;
		const scram = `SCRAM-SHA-512=[name=${username},password=${password}]`;
		const format = ["format", "-t", "sluicesluicesluicesluiQ", "-c", "server.properties", "--add-scram", scram];
		const [status] = await once(server.#java("kafka.tools.StorageTool", format), "exit");
		if (status !== 0) throw new Error(`Kafka's storage is not formatted: exit status ${status}`);
		await server.run();
		return server;
	}

	/** Starts it; also after it was killed. */
	async run(): Promise<void> {
		const child = this.#java("kafka.Kafka", ["server.properties"]);
		this.#process = child;
		const probe = async () => {
			if (child.exitCode !== null) throw new Error(`Kafka ends with ${child.exitCode}`);
			return await listens(this.port);
		};
		await waitUntil({ what: "Kafka's port", timeoutMs: TIMEOUT_MS, probe });
	}

	async createTopic(
		topic: string,
		options: { partitions?: number; configs?: Record<string, string> } = {},
	): Promise<void> {
		const configs = Object.entries(options.configs ?? {}).map(([name, value]) => ({ name, value }));
		await this.#admin.createTopics({ topics: [topic], partitions: options.partitions ?? 1, replicas: 1, configs });
	}

	/** The first messages of a topic, so many, by partition in their order. */
	async messages(topic: string, count: number): Promise<Message<string, string, string, string>[]> {
		const groupId = `${topic}-${process.hrtime.bigint()}`;
		const client = { clientId: "test", groupId, bootstrapBrokers: [this.broker] };
		const consumer = new Consumer({ ...client, deserializers: stringDeserializers });
		try {
			const stream = await consumer.consume({ topics: [topic], mode: "earliest", autocommit: false, maxWaitTime: 100 });
			const messages: Message<string, string, string, string>[] = [];
			for await (const message of stream) if (messages.push(message) === count) break;
			return messages;
		} finally {
			await consumer.close(true);
		}
	}

	/** How many messages were ever written to a topic. */
	async count(topic: string): Promise<number> {
		const partitions =
			(await this.#admin.metadata({ topics: [topic], forceUpdate: true })).topics.get(topic)?.partitionsCount ?? 0;
		const asked = Array.from({ length: partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1n }));
		const [offsets] = await this.#admin.listOffsets({ topics: [{ name: topic, partitions: asked }] });
		return (offsets?.partitions ?? []).reduce((sum, { offset }) => sum + Number(offset), 0);
	}

	/** Ends it as a crash does; what it has acknowledged stands. */
	kill(): Promise<void> {
		return crash(this.#process);
	}

	/** It holds its connections and answers nothing until `resume`. */
	stall(): void {
		this.#process?.kill("SIGSTOP");
	}

	resume(): void {
		this.#process?.kill("SIGCONT");
	}

	async stop(): Promise<void> {
		await this.#admin.close();
		await this.kill();
		await rm(this.#dir, { recursive: true, force: true });
	}

	#java(main: string, args: readonly string[]): ChildProcess {
		const own = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", join(this.#jars, "*"), main];
		const child = spawn("java", [...own, ...args], { cwd: this.#dir, stdio: "ignore" });
		endWithThisProcess(child, "SIGKILL");
		return child;
	}
}

interface Ports {
	readonly port: number;
	readonly securePort: number;
	readonly frontedPort: number;
	readonly frontPort: number;
}

function propertiesOf(at: Ports & { dir: string; controllerPort: number }): string {
	const local = (name: string, port: number, host = "127.0.0.1") => `${name}://${host}:${port}`;
	const listeners = [local("PLAINTEXT", at.port), local("SASL_SSL", at.securePort), local("FRONTED", at.frontedPort)];
	const advertised = [
		local("PLAINTEXT", at.port),
		local("SASL_SSL", at.securePort, "localhost"),
		local("FRONTED", at.frontPort),
	];
	const login = `username="${KAFKA_USER.username}" password="${KAFKA_USER.password}"`;
	return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${at.controllerPort}
listeners=${listeners.join(",")},CONTROLLER://127.0.0.1:${at.controllerPort}
advertised.listeners=${advertised.join(",")}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,FRONTED:PLAINTEXT,CONTROLLER:PLAINTEXT
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required ${login} user_${KAFKA_USER.username}="${KAFKA_USER.password}";
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
ssl.keystore.type=PEM
ssl.keystore.location=${join(at.dir, "server.pem")}
log.dirs=${join(at.dir, "data")}
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=1000
broker.heartbeat.interval.ms=200
auto.create.topics.enable=false
`;
}
