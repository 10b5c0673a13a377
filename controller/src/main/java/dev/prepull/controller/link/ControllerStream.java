package dev.prepull.controller.link;

import dev.prepull.controller.reconcile.AgentAuthenticator.Verdict;
import dev.prepull.controller.reconcile.AgentSession;
import dev.prepull.credentials.NodeCredentials;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.NodeHello;
import dev.prepull.model.NodeName;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlanRevision;
import dev.prepull.model.PullPermit;
import dev.prepull.protocol.AgentLink;
import dev.prepull.protocol.AgentLinkMapper;
import dev.prepull.protocol.v1.FromAgent;
import dev.prepull.protocol.v1.FromController;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.WireFormat;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One agent's stream.
 *
 * <pre>
 *   AWAITING_HELLO ──Hello──► CHECKING ──admitted──► ATTACHED ──► OVER
 *         └───────────── anything else, or too late ──────────────▲
 * </pre>
 *
 * State lives on the stream's Vert.x context; what the loop sends is handed over to it. While the
 * peer is slow only the newest plan and credentials, the newest locks and the sum of the permits
 * wait.
 */
final class ControllerStream implements AgentSession {

  private enum State {
    AWAITING_HELLO,
    CHECKING,
    ATTACHED,
    OVER
  }

  private static final Logger log = LoggerFactory.getLogger(ControllerStream.class);
  private static final Duration HELLO_LIMIT = Duration.ofSeconds(10);
  private static final Duration CHECKED_AGAIN_AFTER = Duration.ofSeconds(10);
  private static final String BEARER = "Bearer ";

  private final Vertx vertx;
  private final Context context;
  private final GrpcServerRequest<FromAgent, FromController> request;
  private final GrpcServerResponse<FromAgent, FromController> response;
  private final LinkServer.Doorkeeper doorkeeper;
  private final LinkServer.Registry registry;
  private final List<PullPermit> pendingPermits = new ArrayList<>();
  private State state = State.AWAITING_HELLO;
  private @Nullable NodeHello hello;
  private @Nullable NodePlan pendingPlan;
  private @Nullable NodeCredentials pendingCredentials;
  private Map<ImageReference, ImageDigest> pendingLocks = Map.of();
  private @Nullable Long expiry;

  /** To be checked; empty when it was. */
  private String newestToken = "";

  private boolean renewing;

  private boolean answered = true;

  ControllerStream(
      Vertx vertx,
      GrpcServerRequest<FromAgent, FromController> request,
      LinkServer.Doorkeeper doorkeeper,
      LinkServer.Registry registry) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.request = request;
    this.response = request.response();
    this.doorkeeper = doorkeeper;
    this.registry = registry;
  }

  void begin(Duration keepAlive) {
    request.handler(this::receive);
    request.exceptionHandler(failure -> over());
    request.endHandler(ignored -> end(GrpcStatus.OK, ""));
    response.exceptionHandler(failure -> over());
    response.drainHandler(ignored -> flush());
    vertx.setTimer(
        HELLO_LIMIT.toMillis(),
        ignored -> {
          if (state == State.AWAITING_HELLO) {
            refuse(GrpcStatus.DEADLINE_EXCEEDED, RefusalReason.NO_HELLO, "no Hello came in time");
          }
        });
    keepAlive(keepAlive);
  }

  private void receive(FromAgent message) {
    switch (state) {
      case AWAITING_HELLO -> {
        if (message.hasHello()) {
          check(message);
        } else {
          refuse(
              GrpcStatus.INVALID_ARGUMENT,
              RefusalReason.NO_HELLO,
              "the first message must be a Hello");
        }
      }
      case ATTACHED -> dispatch(message);
      case CHECKING, OVER -> {}
    }
  }

  // --- the door ---

  private void check(FromAgent message) {
    String authorization = request.headers().get(AgentLink.AUTHORIZATION);
    if (authorization == null || !authorization.startsWith(BEARER)) {
      refuse(GrpcStatus.UNAUTHENTICATED, RefusalReason.NO_TOKEN, "no bearer token was presented");
      return;
    }
    NodeHello introduced;
    try {
      introduced = AgentLinkMapper.hello(message.getHello());
    } catch (IllegalArgumentException e) {
      refuse(GrpcStatus.INVALID_ARGUMENT, RefusalReason.BAD_HELLO, String.valueOf(e.getMessage()));
      return;
    }
    state = State.CHECKING;
    request.pause();
    check(
        authorization.substring(BEARER.length()),
        introduced.node(),
        expiresIn -> admit(introduced, expiresIn),
        () ->
            refuse(
                GrpcStatus.UNAVAILABLE,
                RefusalReason.CHECK_FAILED,
                "the token could not be checked"));
  }

  /** Asks about the token; whoever may not pass is sent away. */
  private void check(
      String token, NodeName claimed, Consumer<@Nullable Duration> admitted, Runnable unchecked) {
    doorkeeper
        .authenticator()
        .check(token, claimed)
        .whenComplete((verdict, failure) ->
            context.runOnContext(ignored -> {
              if (state == State.OVER) {
                return;
              }
              switch (verdict) {
                case null -> {
                  log.atError()
                      .addKeyValue("node", claimed)
                      .log("An agent could not be checked: {}", reason(failure));
                  unchecked.run();
                }
                case Verdict.Refused(String why) ->
                    refuse(GrpcStatus.UNAUTHENTICATED, RefusalReason.BAD_TOKEN, why);
                case Verdict.Admitted(Duration expiresIn) -> admitted.accept(expiresIn);
              }
            }));
  }

  private static String reason(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return String.valueOf(cause.getMessage());
  }

  private void admit(NodeHello introduced, @Nullable Duration expiresIn) {
    state = State.ATTACHED;
    hello = introduced;
    registry.entered(introduced.node(), this);
    response.writeHead().onFailure(lost -> over());
    registry.observer().attached(this, introduced);
    request.resume();
    expire(expiresIn);
  }

  /** An agent that presents no newer token in time has to introduce itself again. */
  private void expire(@Nullable Duration expiresIn) {
    if (expiry != null) {
      vertx.cancelTimer(expiry);
      expiry = null;
    }
    if (expiresIn != null) {
      expiry =
          vertx.setTimer(
              Math.max(1, expiresIn.toMillis()),
              ignored ->
                  refuse(
                      GrpcStatus.UNAUTHENTICATED,
                      RefusalReason.TOKEN_EXPIRED,
                      "the token has expired"));
    }
  }

  /** A newer token takes the place of one that waits: of a stream one is checked at a time. */
  private void renew(NodeHello attached, String token) {
    newestToken = token;
    if (!renewing) {
      checkNewest(attached);
    }
  }

  private void checkNewest(NodeHello attached) {
    String token = newestToken;
    renewing = true;
    check(
        token,
        attached.node(),
        expiresIn -> {
          renewing = false;
          if (token.equals(newestToken)) {
            newestToken = "";
            expire(expiresIn);
          } else {
            checkNewest(attached);
          }
        },
        () -> {
          renewing = false;
          // The one before may still be good.
          Duration wait = token.equals(newestToken) ? CHECKED_AGAIN_AFTER : Duration.ofMillis(1);
          vertx.setTimer(wait.toMillis(), ignored -> checkAgain(attached));
        });
  }

  private void checkAgain(NodeHello attached) {
    if (state == State.ATTACHED && !renewing && !newestToken.isEmpty()) {
      checkNewest(attached);
    }
  }

  private void refuse(GrpcStatus status, RefusalReason reason, String why) {
    doorkeeper.listener().refused(reason);
    end(status, why);
  }

  // --- what the agent says ---

  private void dispatch(FromAgent message) {
    switch (message.getMessageCase()) {
      case REPORTS -> registry.observer().reported(this, reports(message));
      case ACK ->
          registry.observer().acknowledged(this, new PlanRevision(message.getAck().getRevision()));
      case NACK ->
          registry
              .observer()
              .rejected(
                  this,
                  new PlanRevision(message.getNack().getRevision()),
                  message.getNack().getError());
      case RENEWAL -> {
        if (hello != null) {
          renew(hello, message.getRenewal().getToken());
        }
      }
      case HELLO, MESSAGE_NOT_SET -> log.debug("A message of a newer agent is ignored");
    }
  }

  private List<ImageReport> reports(FromAgent message) {
    List<ImageReport> reports = new ArrayList<>();
    for (var report : message.getReports().getImagesList()) {
      try {
        reports.add(AgentLinkMapper.report(report));
      } catch (IllegalArgumentException e) {
        log.warn("A report could not be read: {}", e.getMessage());
      }
    }
    return reports;
  }

  // --- what the loop says ---

  @Override
  public void send(NodePlan plan, Map<ImageReference, ImageDigest> locks) {
    context.runOnContext(ignored -> {
      pendingPlan = plan;
      pendingLocks = locks;
      // A permit for an image that has left the plan is refused by the agent, which costs nothing.
      flush();
    });
  }

  @Override
  public void show(NodeCredentials credentials) {
    context.runOnContext(ignored -> {
      pendingCredentials = credentials;
      flush();
    });
  }

  @Override
  public void lock(Map<ImageReference, ImageDigest> locks) {
    context.runOnContext(ignored -> {
      if (pendingLocks.isEmpty()) {
        pendingLocks = locks;
      } else {
        Map<ImageReference, ImageDigest> merged = new HashMap<>(pendingLocks);
        merged.putAll(locks);
        pendingLocks = merged;
      }
      flush();
    });
  }

  @Override
  public void permit(Collection<PullPermit> permits) {
    List<PullPermit> granted = List.copyOf(permits);
    context.runOnContext(ignored -> {
      pendingPermits.addAll(granted);
      flush();
    });
  }

  @Override
  public void close(String why) {
    context.runOnContext(ignored -> end(GrpcStatus.UNAVAILABLE, why));
  }

  private void flush() {
    if (!doorkeeper.leadership().isHeld()) {
      end(GrpcStatus.UNAVAILABLE, "this controller leads no more");
      return;
    }
    if (state == State.ATTACHED && pendingPlan != null && !response.writeQueueFull()) {
      Buffer encoded = registry.messages().of(pendingPlan);
      pendingPlan = null;
      write(encoded);
    }
    // The order counts: an agent pulls with what it knows when the permit comes.
    if (state == State.ATTACHED && pendingCredentials != null && !response.writeQueueFull()) {
      FromController credentials = AgentLinkMapper.credentials(pendingCredentials);
      pendingCredentials = null;
      // Encoded for each agent: what is kept for others would outlive the Secrets.
      response.write(credentials).onFailure(failure -> over());
    }
    if (state == State.ATTACHED && !pendingLocks.isEmpty() && !response.writeQueueFull()) {
      Buffer encoded = registry.messages().of(pendingLocks);
      pendingLocks = Map.of();
      write(encoded);
    }
    if (state == State.ATTACHED
        && !pendingPermits.isEmpty()
        && pendingCredentials == null
        && pendingLocks.isEmpty()
        && !response.writeQueueFull()) {
      FromController grant = AgentLinkMapper.grant(pendingPermits);
      pendingPermits.clear();
      response.write(grant).onFailure(failure -> over());
    }
  }

  private void write(Buffer encoded) {
    response
        .writeMessage(GrpcMessage.message("identity", WireFormat.PROTOBUF, encoded))
        .onFailure(failure -> over());
  }

  // --- the end ---

  /** An agent that vanished without a word is noticed by its silence. */
  private void keepAlive(Duration every) {
    if (state == State.OVER) {
      return;
    }
    if (!answered) {
      request.connection().close().onFailure(failure -> log.debug("Closing failed", failure));
      over();
      return;
    }
    answered = false;
    request
        .connection()
        .ping(Buffer.buffer(new byte[AgentLink.PING_BYTES]))
        .onSuccess(pong -> answered = true)
        .onFailure(failure -> log.debug("Ping failed", failure));
    vertx.setTimer(every.toMillis(), ignored -> keepAlive(every));
  }

  private void end(GrpcStatus status, String message) {
    if (state != State.OVER) {
      over();
      response
          .status(status)
          .statusMessage(message)
          .end()
          .onFailure(failure -> log.debug("The stream did not end cleanly", failure));
    }
  }

  private void over() {
    if (state == State.OVER) {
      return;
    }
    state = State.OVER;
    expire(null);
    if (hello != null) {
      registry.left(hello.node(), this);
      registry.observer().detached(this);
    }
  }
}
