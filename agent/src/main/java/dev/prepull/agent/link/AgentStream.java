package dev.prepull.agent.link;

import dev.prepull.loop.EventLoop;
import dev.prepull.model.ImageReport;
import dev.prepull.model.NodeHello;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlanRevision;
import dev.prepull.protocol.AgentLink;
import dev.prepull.protocol.AgentLinkMapper;
import dev.prepull.protocol.v1.FromAgent;
import dev.prepull.protocol.v1.FromController;
import dev.prepull.protocol.v1.Plan;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream to the controller, from Hello to its end. Lives on the link's loop. Its end is told
 * once.
 */
final class AgentStream {

  private static final Logger log = LoggerFactory.getLogger(AgentStream.class);
  private static final int REPORTS_PER_MESSAGE = 200;

  private final GrpcClientRequest<FromAgent, FromController> request;
  private final NodeSide node;
  private final LinkSettings settings;
  private final Runnable onAttached;
  private Consumer<String> onLost = reason -> {};
  private boolean attached;
  private boolean answered = true;
  private boolean over;

  AgentStream(
      GrpcClientRequest<FromAgent, FromController> request,
      NodeSide node,
      LinkSettings settings,
      Runnable onAttached) {
    this.request = request;
    this.node = node;
    this.settings = settings;
    this.onAttached = onAttached;
  }

  /** Shows the controller a newer token than the one that the stream began with. */
  void renew(String token) {
    if (attached && !over) {
      send(AgentLinkMapper.renewal(token));
    }
  }

  void begin(NodeHello hello, EventLoop loop, Consumer<String> lost) {
    onLost = lost;
    request.exceptionHandler(failure -> lose(Reasons.of(failure)));
    request.drainHandler(ignored -> flush());
    request.response().onSuccess(this::listen).onFailure(failure -> lose(Reasons.of(failure)));
    request.write(AgentLinkMapper.hello(hello)).onFailure(failure -> lose(Reasons.of(failure)));
    node.reports().restart();
    keepAlive(loop);
  }

  private void listen(GrpcClientResponse<FromAgent, FromController> response) {
    response.handler(this::receive);
    response.end().onComplete(end -> lose(Reasons.ofEnd(response)));
    if (response.status() == null) {
      attached = true;
      onAttached.run();
      flush();
    }
  }

  private void receive(FromController message) {
    if (over) {
      // Another controller may lead by now, and this node listens to it.
      return;
    }
    switch (message.getMessageCase()) {
      case PLAN -> receive(message.getPlan());
      case GRANT -> {
        try {
          node.plans().permit(AgentLinkMapper.grant(message.getGrant()));
        } catch (IllegalArgumentException e) {
          log.warn("A grant could not be read: {}", e.getMessage());
        }
      }
      case LOCKS -> {
        try {
          node.plans().lock(AgentLinkMapper.locks(message.getLocks()));
        } catch (IllegalArgumentException e) {
          log.warn("Locks could not be read: {}", e.getMessage());
        }
      }
      case CREDENTIALS -> {
        try {
          node.plans().credentials(AgentLinkMapper.credentials(message.getCredentials()));
        } catch (IllegalArgumentException e) {
          log.warn("Credentials could not be read: {}", e.getMessage());
        }
      }
      case MESSAGE_NOT_SET -> log.debug("A message of a newer controller is ignored");
    }
  }

  private void receive(Plan message) {
    PlanRevision revision = new PlanRevision(message.getRevision());
    NodePlan plan;
    try {
      plan = AgentLinkMapper.plan(message);
    } catch (IllegalArgumentException e) {
      String error = String.valueOf(e.getMessage());
      log.atError().addKeyValue("revision", revision).log("The plan cannot be read: {}", error);
      send(AgentLinkMapper.nack(revision, error));
      return;
    }
    node.plans().plan(plan);
    send(AgentLinkMapper.ack(revision));
  }

  /** Sends what the controller has not seen, as fast as it takes it. */
  void flush() {
    while (attached && !over && !request.writeQueueFull()) {
      List<ImageReport> reports = node.reports().drain(REPORTS_PER_MESSAGE);
      if (reports.isEmpty()) {
        return;
      }
      send(AgentLinkMapper.reports(reports));
    }
  }

  private void send(FromAgent message) {
    request.write(message).onFailure(failure -> lose(Reasons.of(failure)));
  }

  /** A controller that vanished without a word is noticed by its silence. */
  private void keepAlive(EventLoop loop) {
    if (over) {
      return;
    }
    if (!answered) {
      request.connection().close().onFailure(failure -> log.debug("Closing failed", failure));
      lose(
          "the controller has given no sign of life for %d s"
              .formatted(settings.keepAlive().toSeconds()));
      return;
    }
    answered = false;
    request
        .connection()
        .ping(Buffer.buffer(new byte[AgentLink.PING_BYTES]))
        .onSuccess(pong -> answered = true)
        .onFailure(failure -> log.debug("Ping failed", failure));
    loop.after(settings.keepAlive(), () -> keepAlive(loop));
  }

  void end() {
    if (!over) {
      request.end().onFailure(failure -> log.debug("The stream did not end cleanly", failure));
      lose("this agent stops");
    }
  }

  private void lose(String reason) {
    if (!over) {
      over = true;
      attached = false;
      onLost.accept(reason);
    }
  }
}
