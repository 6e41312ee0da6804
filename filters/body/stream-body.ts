import { BodyStage } from "../attributes/body/body-state";
import { requestBody } from "../attributes/body/request-body";
import { OutcomeKind } from "../check/outcome";
import { Flow } from "../host/body";
import { nowNs } from "../host/clock";
import { Status } from "../host/status";
import { continueRequest, selectStream } from "../host/stream";
import { Plugin } from "../plugin";
import { Stream } from "../stream";
import { BodyFault } from "../verdict/replies";
import { AwaitedBody, BodyStep } from "./awaited-body";

/** What a stream does about its body: from the headers of a request whose policies read it to its last byte. Reused. */
@final
export class StreamBody {
	private awaited: AwaitedBody = new AwaitedBody();
	/** The body's callbacks are the decision's. */
	private waiting: bool = false;

	reset(): void {
		this.waiting = false;
	}

	/**
	 * The headers are there.
	 *
	 * @param readers the Policies that read the body, a bit each; `enforced` those of them that are no shadows.
	 * @param ended whether there is none.
	 */
	begin(stream: Stream, plugin: Plugin, readers: u64, enforced: u64, ended: bool): Flow {
		if (ended) {
			stream.bag.body.set(BodyStage.Whole, 0);
			return stream.decideFirst(plugin);
		}
		let config = plugin.config;
		switch (this.awaited.begin(config.policies, readers, enforced, stream.bag, config.limits.bodyBytes)) {
			case BodyStep.Wait:
				this.waiting = true;
				plugin.waiting.add(stream, nowNs());
				return Flow.StopAndBuffer;
			case BodyStep.TooLarge:
				return stream.refuseBody(plugin, BodyFault.TooLarge);
			case BodyStep.Malformed:
				return stream.refuse(plugin, OutcomeKind.BadInput);
			default:
				return stream.decideFirst(plugin);
		}
	}

	/** So much of the body is in Envoy's buffer. @param ended whether that is all. */
	data(stream: Stream, plugin: Plugin, size: i32, ended: bool): Flow {
		if (this.waiting) return this.arrived(stream, plugin, size, ended);
		return stream.isAsking ? Flow.StopAndWatermark : afterDecision(stream);
	}

	/** The trailers are there, so the body was all that came before. */
	trailers(stream: Stream, plugin: Plugin): Flow {
		if (!this.waiting) return stream.isAsking ? Flow.StopAndBuffer : afterDecision(stream);
		let flow = this.arrived(stream, plugin, stream.bag.body.size, true);
		return flow == Flow.Continue ? Flow.Continue : Flow.StopAndBuffer;
	}

	private arrived(stream: Stream, plugin: Plugin, size: i32, ended: bool): Flow {
		let body = stream.bag.body;
		body.set(BodyStage.Unread, size);
		let step = this.awaited.arrived(stream.bag, size, ended, plugin.config.limits.bodyBytes);
		if (step == BodyStep.Wait) return Flow.StopAndBuffer;
		this.end(stream, plugin);
		let tooLarge = step == BodyStep.TooLarge;
		let flow = tooLarge ? stream.refuseBody(plugin, BodyFault.TooLarge) : stream.decideFirst(plugin);
		if (flow == Flow.Continue || stream.isReplied) {
			body.leave();
			return afterDecision(stream);
		}
		// The Mixer is asked. What has ended stays in Envoy's buffer; of anything else Envoy's buffer can't be read again.
		if (ended) return Flow.StopAndBuffer;
		if (!this.awaited.isReadAgain(stream.bag)) body.leave();
		else if (!requestBody.keep(body)) {
			stream.refuse(plugin, OutcomeKind.InternalError);
			return Flow.StopAndDrop;
		}
		return Flow.StopAndWatermark;
	}

	/** It has taken too long. The stream is waiting for it. */
	late(stream: Stream, plugin: Plugin): void {
		this.end(stream, plugin);
		if (selectStream(stream.id) != Status.Ok) return;
		if (stream.bodyDecides(plugin)) {
			stream.refuseBody(plugin, BodyFault.Late);
			return;
		}
		stream.leaveOutShadows(plugin.sets.bodyReaders);
		stream.bag.body.reset();
		if (stream.decideFirst(plugin) == Flow.Continue) continueRequest();
	}

	/** The stream waits no longer, if it did. */
	end(stream: Stream, plugin: Plugin): void {
		if (this.waiting) plugin.waiting.remove(stream);
		this.waiting = false;
	}
}

/** For what comes of a body whose request is decided. */
function afterDecision(stream: Stream): Flow {
	return stream.isReplied ? Flow.StopAndDrop : Flow.Continue;
}
