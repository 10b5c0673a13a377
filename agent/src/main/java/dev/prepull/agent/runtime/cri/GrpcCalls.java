package dev.prepull.agent.runtime.cri;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.common.GrpcErrorException;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls over a unix socket that block the calling thread, which should be a virtual one and must
 * not be an event loop. An interrupt resets the call's stream. Several threads may call at once;
 * their calls share one connection, which is made anew when it is lost.
 */
final class GrpcCalls implements AutoCloseable {

  /** A node with a thousand images answers with more than Vert.x's default of 256 KiB. */
  private static final long MAX_MESSAGE_BYTES = 16L << 20;

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  private static final int TRIES = 8;

  private record Question<Q, S>(
      ServiceMethod<S, Q> method,
      Q message,
      Map<String, String> metadata,
      @Nullable Duration timeout) {}

  private final Path socket;
  private final SocketAddress address;
  private final GrpcClient client;

  /** Connects with the first call. */
  GrpcCalls(Vertx vertx, Path socket) {
    this.socket = socket;
    this.address = SocketAddress.domainSocketAddress(socket.toString());
    this.client =
        GrpcClient.client(
            vertx,
            new GrpcClientOptions().setMaxMessageSize(MAX_MESSAGE_BYTES),
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setConnectTimeout((int) CONNECT_TIMEOUT.toMillis()));
  }

  /** The socket as an endpoint, {@code unix:///path}. */
  String endpoint() {
    return "unix://" + socket;
  }

  /** Says what was tried here, why it failed, and what to do. */
  String unanswered(String tried, GrpcCallException failure) {
    return "Tried to %s via %s but got %s. Check that the container runtime runs, and see its log."
        .formatted(tried, endpoint(), failure.getMessage());
  }

  /** One question, one answer, within the time. */
  <Q, S> S call(ServiceMethod<S, Q> method, Q message, Duration timeout)
      throws GrpcCallException, InterruptedException {
    List<S> answers = callAll(method, message, Map.of(), timeout);
    if (answers.size() != 1) {
      throw new GrpcCallException(
          GrpcStatus.INTERNAL,
          "%s answered with %d messages".formatted(method.methodName(), answers.size()));
    }
    return answers.getFirst();
  }

  /** One question, any number of answers, within the time; the metadata goes with the question. */
  <Q, S> List<S> callAll(
      ServiceMethod<S, Q> method, Q message, Map<String, String> metadata, Duration timeout)
      throws GrpcCallException, InterruptedException {
    try (GrpcCall<S> call = start(new Question<>(method, message, metadata, timeout))) {
      if (!call.endsWithin(timeout)) {
        throw new GrpcCallException(
            GrpcStatus.DEADLINE_EXCEEDED,
            "no answer to %s within %d s".formatted(method.methodName(), timeout.toSeconds()));
      }
      return call.answers();
    }
  }

  /** Starts a call without a deadline; closing it gives it up. */
  <Q, S> GrpcCall<S> start(ServiceMethod<S, Q> method, Q message) {
    return start(new Question<>(method, message, Map.of(), null));
  }

  /**
   * Starts a call whose answers come one by one until the server or the caller ends it.
   *
   * @param listener called on an event loop, in order; must not block
   */
  <Q, S> GrpcCall<S> listen(
      ServiceMethod<S, Q> method, Q message, Map<String, String> metadata, Consumer<S> listener) {
    GrpcCall<S> call = new GrpcCall<>(method.methodName(), listener);
    // Asked only once: an answer that was heard already would come again.
    ask(new Question<>(method, message, metadata, null), call, 1)
        .onComplete(call::succeed, call::fail);
    return call;
  }

  private <Q, S> GrpcCall<S> start(Question<Q, S> question) {
    GrpcCall<S> call = new GrpcCall<>(question.method.methodName());
    ask(question, call, TRIES).onComplete(call::succeed, call::fail);
    return call;
  }

  private <Q, S> Future<List<S>> ask(Question<Q, S> question, GrpcCall<S> call, int tries) {
    return client
        .request(address, question.method)
        .compose(stream -> {
          question.metadata.forEach(stream.headers()::set);
          if (question.timeout != null) {
            stream.timeout(question.timeout.toMillis(), TimeUnit.MILLISECONDS);
          }
          return call.exchange(stream, question.message);
        })
        .recover(failure ->
            tries > 1 && isReset(failure)
                ? ask(question, call, tries - 1)
                : Future.failedFuture(failure));
  }

  /**
   * A Go server may answer before it has seen the end of our stream, and then resets it with
   * NO_ERROR, as RFC 9113 §8.1 allows. If that overtakes the answer, Vert.x drops the answer and
   * shows INTERNAL (about one call in a thousand with containerd, and several in a row on a busy
   * machine). Whatever we ask may be asked twice. A reset of our own shows CANCELLED.
   */
  private static boolean isReset(Throwable failure) {
    return failure instanceof GrpcErrorException reset && reset.status() == GrpcStatus.INTERNAL;
  }

  /** Calls under way fail. */
  @Override
  public void close() {
    client.close();
  }
}
