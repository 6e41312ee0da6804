import { Bag } from "../attributes/bag";
import { ConnectionEvent, ConnectionState } from "../attributes/connection-state";
import { Asked, ask, askedHash, askedToken, keepAnswer } from "../check/ask";
import { CheckResponse } from "../check/check-response";
import { noteDecision, placementOf, rememberDecision } from "../check/decided";
import { Outcome, OutcomeKind, Placement } from "../check/outcome";
import { nowNs } from "../host/clock";
import { ConnectionFlow, closeConnection, continueConnection, receivedBytes, sentBytes } from "../host/connection";
import { cancelGrpc } from "../host/grpc";
import { PropertyPath, propertyExists } from "../host/properties";
import { Status } from "../host/status";
import { selectStream } from "../host/stream";
import { Plugin } from "../plugin";
import { Operations } from "../policy/operations";
import { ShadowCheck } from "../policy/shadow-check";
import { Draws } from "../quota/draws";
import { Slice } from "../wire/slice";
import { sealConnection } from "./seal";
import { policiesOfConnection } from "./targets";

/** Stands wherever a connection is of TLS, before the handshake too. */
const TLS_VERSION = PropertyPath.of("connection.tls_version");
/** What a decision would do to a request means nothing here. */
const discarded = new Operations();
const draws = new Draws();
const QUOTAS = "the decision names quotas, on which only requests draw";

/** How far a connection is. */
enum Stage {
	/** It is to be decided with its first bytes, which come after the TLS handshake. */
	Handshake = 0,
	/** The Mixer is asked. */
	Asking = 1,
	Passing = 2,
	/** It was refused: nothing of it goes on. */
	Refused = 3,
}

/** One TCP connection, from Envoy's acceptance to its last record. Reused: `begin` and `end` bound a life. */
@final
export class Connection {
	readonly bag: Bag = new Bag();

	/** The context's number. */
	id: u32 = 0;

	/** Theirs to set (live-connections.ts). */
	dueNs: u64 = 0;
	liveBefore: Connection | null = null;
	liveBehind: Connection | null = null;

	private plugin: Plugin | null = null;
	private state: ConnectionState = new ConnectionState();
	private shadow: ShadowCheck = new ShadowCheck();
	private stage: Stage = Stage.Handshake;
	private isOpened: bool = false;
	private isLive: bool = false;
	/** The call it waits for; 0 for none. */
	private token: u32 = 0;
	private selected: u64 = 0;
	private shadows: u64 = 0;
	private startedNs: u64 = 0;
	private askedNs: u64 = 0;
	private askedHash: u64 = 0;
	/** Of Envoy's count, what it read again while the connection was stopped. */
	private countedTwice: i64 = 0;

	get outcome(): Outcome {
		return this.bag.outcome;
	}

	begin(id: u32, plugin: Plugin): void {
		this.id = id;
		this.plugin = plugin;
		this.bag.connection = this.state;
		this.state.reset();
		this.outcome.reset();
		let revision = plugin.config.revision;
		this.outcome.revision.set(revision.ptr, revision.size);
		this.stage = Stage.Handshake;
		this.isOpened = false;
		this.isLive = false;
		this.token = 0;
		this.countedTwice = 0;
		this.startedNs = nowNs();
	}

	/** Decides, or asks, or waits for the handshake where a Policy reads what that brings. */
	accepted(): ConnectionFlow {
		let plugin = this.plugin;
		if (plugin === null) return ConnectionFlow.Stop;
		plugin.ids.next(this.outcome.id);
		let targeted = policiesOfConnection(plugin.config, this.bag);
		this.selected = targeted & ~plugin.sets.shadows;
		this.shadows = targeted & plugin.sets.shadows;
		if ((targeted & plugin.sets.handshakeReaders) == 0 || !propertyExists(TLS_VERSION)) return this.decide(plugin);
		if ((this.selected & plugin.sets.handshakeReaders) != 0) return ConnectionFlow.Stop;
		// A shadow never delays: the handshake can need what is behind us.
		this.shadows &= ~plugin.sets.handshakeReaders;
		return this.decide(plugin);
	}

	/** So many bytes of the client's are in Envoy's buffer. */
	data(size: i32): ConnectionFlow {
		let plugin = this.plugin;
		if (plugin === null) return ConnectionFlow.Stop;
		switch (this.stage) {
			case Stage.Passing:
				return ConnectionFlow.Continue;
			case Stage.Handshake:
				return this.decide(plugin);
			case Stage.Asking:
				this.countedTwice = receivedBytes() - <i64>size;
				return ConnectionFlow.Stop;
			default:
				return ConnectionFlow.Stop;
		}
	}

	/**
	 * The answer to a call this connection waited for, opened; null where there is none.
	 *
	 * @param message the answer's bytes, to be kept by who asked first; null for those who joined the call.
	 */
	answered(token: u32, response: CheckResponse | null, message: Slice | null): void {
		let plugin = this.plugin;
		if (plugin === null || selectStream(this.id) != Status.Ok) return;
		if (token != this.token) return this.shadow.answered(plugin, this.bag, token, response, message);
		this.token = 0;
		if (this.stage != Stage.Asking) return;
		let flow = this.conclude(plugin, response, false);
		let kind = this.outcome.kind;
		if (message !== null && (kind == OutcomeKind.Allowed || kind == OutcomeKind.Denied)) {
			let asked = this.selected & plugin.sets.remote;
			keepAnswer(plugin, this.bag, asked, this.askedHash, message, kind == OutcomeKind.Allowed, this.askedNs);
		}
		if (flow == ConnectionFlow.Continue) continueConnection();
	}

	/** Ten seconds are over since its last record. */
	goesOn(nowNs: u64): void {
		let plugin = this.plugin;
		if (plugin === null) return;
		plugin.connections.remove(this);
		plugin.connections.add(this, nowNs);
		if (selectStream(this.id) == Status.Ok) this.report(plugin, ConnectionEvent.Continue);
	}

	/** It has ended, however it did. */
	log(): void {
		let plugin = this.plugin;
		if (plugin === null) return;
		if (!this.isOpened) this.report(plugin, ConnectionEvent.Open);
		this.report(plugin, ConnectionEvent.Close);
		this.leave(plugin);
	}

	/** Something of ours failed in a callback: what is not decided is refused. */
	callbackFailed(): ConnectionFlow {
		let plugin = this.plugin;
		if (plugin === null) return ConnectionFlow.Stop;
		plugin.stats.callbackFailed();
		if (this.stage == Stage.Passing) return ConnectionFlow.Continue;
		if (this.stage == Stage.Refused || selectStream(this.id) != Status.Ok) return ConnectionFlow.Stop;
		return this.refuse(plugin, OutcomeKind.InternalError, Placement.None);
	}

	/** The last of it: a late answer finds nobody. */
	end(): void {
		let plugin = this.plugin;
		if (plugin !== null) {
			if (this.token != 0 && plugin.pending.remove(this.token, this.id)) cancelGrpc(this.token);
			this.shadow.cancel(plugin, this.id);
			this.leave(plugin);
		}
		this.token = 0;
		this.plugin = null;
	}

	/** All that the Policies read of it is known. */
	private decide(plugin: Plugin): ConnectionFlow {
		this.askedNs = nowNs();
		if (this.shadows != 0) this.shadow.ask(plugin, this.bag, this.id, this.shadows, this.askedNs);
		if (this.selected == 0) {
			if (!plugin.config.allowByDefault) return this.refuse(plugin, OutcomeKind.Denied, Placement.None);
			return this.pass(plugin, OutcomeKind.Allowed, Placement.None);
		}
		let remote = this.selected & plugin.sets.remote;
		if (remote == 0) return this.conclude(plugin, null, false);
		let asked = ask(plugin, this.bag, this.id, remote, this.askedNs);
		if (asked == Asked.BadInput) return this.refuse(plugin, OutcomeKind.BadInput, Placement.None);
		if (asked == Asked.Failed) return this.conclude(plugin, null, false);
		if (asked == Asked.Known) return this.conclude(plugin, plugin.response, true);
		this.token = askedToken;
		this.askedHash = askedHash;
		this.stage = Stage.Asking;
		return ConnectionFlow.Stop;
	}

	private conclude(plugin: Plugin, response: CheckResponse | null, cached: bool): ConnectionFlow {
		let combined = plugin.combined;
		let answers = plugin.answers;
		answers.begin(plugin, this.bag, response, cached, this.askedNs);
		combined.combine(plugin.config.policies, this.selected, answers, discarded, draws);
		plugin.stats.ignoredFields(combined.unknownFields);
		if (combined.allowed && draws.count > 0) combined.fail(QUOTAS);
		rememberDecision(plugin, this.outcome);
		this.outcome.cached = answers.cached;
		let placement = placementOf(plugin);
		return combined.allowed
			? this.pass(plugin, combined.kind, placement)
			: this.refuse(plugin, combined.kind, placement);
	}

	private pass(plugin: Plugin, kind: OutcomeKind, placement: Placement): ConnectionFlow {
		if (sealConnection() != Status.Ok) return this.refuse(plugin, OutcomeKind.InternalError, placement);
		noteDecision(plugin, this.outcome, kind, placement, true, this.askedNs, 0);
		this.stage = Stage.Passing;
		this.isLive = true;
		plugin.connections.add(this, nowNs());
		this.report(plugin, ConnectionEvent.Open);
		return ConnectionFlow.Continue;
	}

	private refuse(plugin: Plugin, kind: OutcomeKind, placement: Placement): ConnectionFlow {
		noteDecision(plugin, this.outcome, kind, placement, false, this.askedNs, 0);
		this.stage = Stage.Refused;
		closeConnection();
		return ConnectionFlow.Stop;
	}

	private report(plugin: Plugin, event: ConnectionEvent): void {
		this.isOpened = true;
		let ageNs = <i64>(nowNs() - this.startedNs);
		this.state.take(event, receivedBytes() - this.countedTwice, sentBytes(), ageNs);
		plugin.reporter.add(this.bag);
	}

	private leave(plugin: Plugin): void {
		if (this.isLive) plugin.connections.remove(this);
		this.isLive = false;
	}
}
