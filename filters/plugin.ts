import { AttributeId } from "./attributes/generated/vocabulary";
import { WaitingStreams } from "./body/waiting-streams";
import { CacheReport } from "./check/cache-report";
import { CheckResponse } from "./check/check-response";
import { DecisionCache } from "./check/decision-cache";
import { DecisionIds, mix, mixSeed } from "./check/decision-ids";
import { JoinedChecks } from "./check/joined-checks";
import { Config } from "./config/config";
import { Faults } from "./config/faults";
import { parseConfig } from "./config/parse";
import { nowNs } from "./host/clock";
import { readPluginConfiguration, setTickPeriod } from "./host/configuration";
import { GrpcTarget } from "./host/grpc";
import { logCritical } from "./host/log";
import { HostBytes } from "./host/memory";
import { PropertyPath, readProperty } from "./host/properties";
import { Status } from "./host/status";
import { nextVmNumber } from "./host/vm-number";
import { Answers } from "./policy/answers";
import { Combined } from "./policy/combine";
import { InputPlans } from "./policy/input-plans";
import { PolicySets } from "./policy/policy-sets";
import { Selection } from "./policy/selection";
import { Quotas } from "./quota/quotas";
import { Announcer } from "./report/announcer";
import { Reporter } from "./report/reporter";
import { Stats } from "./stats";
import { attributesOfConnections, attributesOfRequests } from "./tcp/attributes";
import { LiveConnections } from "./tcp/live-connections";
import { TraceIds } from "./trace/trace-ids";
import { Bytes } from "./wire/bytes";
import { sipHash } from "./wire/hash";
import { writeBytesField, writeVarintField } from "./wire/protobuf-writer";
import { Slice } from "./wire/slice";

/** How often a VM looks after its batches. */
const TICK_MS: u32 = 200;
/** How soon it says that it is there. The VM that Envoy makes to try a configuration is gone before. */
const FIRST_TICK_MS: u32 = 5;
const NS_PER_MS: u64 = 1000000;
/** Room for revision, entrypoints and ids around the input of a CheckRequest. */
const REQUEST_MARGIN_BYTES: i32 = 65536;
/** For the inputs of questions that others may join while they are on their way. */
const MAX_JOINABLE_BYTES: i32 = 4194304;
const NODE_ID = PropertyPath.of("xds.node.id");
const NODE_CLUSTER = PropertyPath.of("xds.node.cluster");
const ROOT_ID = PropertyPath.of("plugin_root_id");
/** The root id of the network filter; the HTTP filter's is any other. */
const TCP_ROOT: string = "sluice.tcp";

/** One configured plugin in one VM: what all its streams share. Scratch objects are used by one callback at a time. */
@final
export class Plugin {
	readonly target: GrpcTarget;
	/** The Origin message of every call. */
	readonly origin: Bytes;
	readonly ids: DecisionIds;
	readonly traceIds: TraceIds;
	readonly reporter: Reporter;
	readonly announcer: Announcer;
	/** Who waits for the Mixer. */
	readonly pending: JoinedChecks;
	readonly cache: DecisionCache;
	readonly plans: InputPlans;

	/** The context whose answer is being read, 0 for none: who must be told if that fails. */
	answering: u32 = 0;

	readonly selection: Selection = new Selection();
	readonly input: Bytes;
	readonly request: Bytes;
	readonly response: CheckResponse = new CheckResponse();
	/** The bytes of an answer from the cache. */
	readonly known: Bytes;
	readonly message: HostBytes = new HostBytes();
	readonly answers: Answers = new Answers();
	readonly combined: Combined;
	readonly quotas: Quotas;
	readonly sets: PolicySets;
	/** Who waits for a request's body. */
	readonly waiting: WaitingStreams = new WaitingStreams();
	/** The connections that were let through; none but where the plugin is for connections. */
	readonly connections: LiveConnections = new LiveConnections();
	/** Records carry the input. */
	readonly reportsInput: bool;
	/** For hashes: something that a client cannot know. */
	readonly seed: u64;

	private cacheReport: CacheReport = new CacheReport();
	private ticked: bool = false;

	/** @param isTcp it is for connections, not for requests. */
	constructor(
		readonly config: Config,
		readonly stats: Stats,
		readonly isTcp: bool,
	) {
		let vm = nextVmNumber();
		let epoch = nowNs();
		let target = new GrpcTarget(config.cluster);
		let origin = originOf(vm, config.revision);
		this.target = target;
		this.origin = origin;
		this.ids = new DecisionIds(mixSeed(epoch, vm));
		this.traceIds = new TraceIds(epoch ^ ((<u64>vm) << 48), sipHash(origin.ptr, origin.size, epoch, vm));
		let reporter = new Reporter(config, target, origin, epoch, vm);
		this.reporter = reporter;
		this.announcer = new Announcer(target, origin, epoch, reporter);
		this.quotas = new Quotas(config, target, origin, mix(epoch ^ ((<u64>vm) << 48)));
		this.combined = new Combined(config.quotas);
		this.plans = new InputPlans(config.policies);
		this.pending = new JoinedChecks(MAX_JOINABLE_BYTES, epoch);
		this.cache = new DecisionCache(config.cache.entries, config.cache.bytes, epoch);
		let sets = new PolicySets(config.policies);
		this.sets = sets;
		let largest = sets.bodyReaders == 0 ? config.limits.inputBytes : config.limits.largestInputBytes;
		this.seed = epoch;
		this.reportsInput = config.reportAttributes.includes(AttributeId.check_input);
		this.input = new Bytes(4096, largest);
		this.known = new Bytes(256, config.cache.bytes);
		this.request = new Bytes(8192, largest + REQUEST_MARGIN_BYTES);
	}

	/**
	 * Called several times a second, apart from any request.
	 *
	 * @param streams of this VM that are not over.
	 * @param hadStream whether it ever had one.
	 */
	tick(nowNs: u64, streams: i32, hadStream: bool): void {
		if (!this.ticked) setTickPeriod(TICK_MS);
		this.ticked = true;
		this.announcer.tick(nowNs, streams, hadStream);
		for (let due = this.connections.due(nowNs); due !== null; due = this.connections.due(nowNs)) due.goesOn(nowNs);
		this.reporter.tick(nowNs);
		this.answerLateBodies(nowNs);
		this.quotas.tick(nowNs);
		this.cacheReport.tell(this.cache, this.stats);
	}

	private answerLateBodies(nowNs: u64): void {
		let timeoutNs = <u64>this.config.bodyTimeoutMs * NS_PER_MS;
		if (nowNs < timeoutNs) return;
		let late = this.waiting.since(nowNs - timeoutNs);
		while (late !== null) {
			late.bodyIsLate();
			late = this.waiting.since(nowNs - timeoutNs);
		}
	}
}

/** Reads Envoy's configuration for the plugin; null, with every fault in Envoy's log, where it can't be used. */
export function configurePlugin(): Plugin | null {
	let bytes = new HostBytes();
	if (readPluginConfiguration(bytes) != Status.Ok) {
		logCritical("sluice: no plugin configuration; write it with sluice build");
		return null;
	}
	let faults = new Faults();
	let workload = String.UTF8.decode(readText(NODE_CLUSTER));
	let config = parseConfig(bytes.ptr, bytes.size, workload, faults);
	bytes.free();
	if (faults.count > 0) {
		for (let i = 0; i < faults.count; i++) logCritical("sluice: plugin configuration: " + faults.line(i));
		return null;
	}
	setTickPeriod(FIRST_TICK_MS);
	let isTcp = String.UTF8.decode(readText(ROOT_ID)) == TCP_ROOT;
	let attributes = config.reportAttributes;
	config.reportAttributes = isTcp ? attributesOfConnections(attributes) : attributesOfRequests(attributes);
	return new Plugin(config, new Stats(isTcp), isTcp);
}

/** sluice.mixer.v1.Origin. */
function originOf(vm: u32, revision: Slice): Bytes {
	let out = new Bytes(128, 8192);
	let proxy = readText(NODE_ID);
	writeBytesField(out, 1, changetype<usize>(proxy), proxy.byteLength);
	writeVarintField(out, 2, vm);
	writeBytesField(out, 3, revision.ptr, revision.size);
	return out;
}

function readText(path: PropertyPath): ArrayBuffer {
	let bytes = new HostBytes();
	if (readProperty(path, bytes) != Status.Ok) return new ArrayBuffer(0);
	let copy = new ArrayBuffer(bytes.size);
	memory.copy(changetype<usize>(copy), bytes.ptr, bytes.size);
	bytes.free();
	return copy;
}
