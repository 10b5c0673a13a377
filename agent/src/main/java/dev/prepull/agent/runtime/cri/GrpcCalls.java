package dev.prepull.agent.runtime.cri;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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
    try (GrpcCall<S> call = start(method, message, metadata, timeout)) {
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
    return start(method, message, Map.of(), null);
  }

  private <Q, S> GrpcCall<S> start(
      ServiceMethod<S, Q> method,
      Q message,
      Map<String, String> metadata,
      @Nullable Duration timeout) {
    GrpcCall<S> call = new GrpcCall<>(method.methodName());
    client
        .request(address, method)
        .compose(
            stream -> {
              metadata.forEach(stream.headers()::set);
              if (timeout != null) {
                stream.timeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
              }
              return call.exchange(stream, message);
            })
        .onComplete(call::succeed, call::fail);
    return call;
  }

  /** Calls under way fail. */
  @Override
  public void close() {
    client.close();
  }
}
