package dev.prepull.agent.runtime.cri;

import io.vertx.core.Future;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcErrorException;
import io.vertx.grpc.common.GrpcStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC call under way, whose answers a blocking caller awaits. Closing it before its end resets
 * the stream, upon which the server stops working on it. One thread awaits and closes.
 */
final class GrpcCall<S> implements AutoCloseable {

  private final String name;
  private final @Nullable Consumer<S> listener;
  private final CompletableFuture<List<S>> answers = new CompletableFuture<>();
  private @Nullable GrpcClientRequest<?, ?> request;
  private boolean closed;

  /** A call whose answers are gathered. */
  GrpcCall(String name) {
    this(name, null);
  }

  /**
   * A call whose answers are handed on as they come.
   *
   * @param listener called on the stream's context; null to gather the answers instead
   */
  GrpcCall(String name, @Nullable Consumer<S> listener) {
    this.name = name;
    this.listener = listener;
  }

  /**
   * Sends the message on the stream and gathers what comes back. Called on the stream's context.
   */
  <Q> Future<List<S>> exchange(GrpcClientRequest<Q, S> stream, Q message) {
    if (!attach(stream)) {
      return Future.failedFuture(
          new GrpcCallException(GrpcStatus.CANCELLED, name + " was given up"));
    }
    // The answer's handlers must be in place before anything is sent, or messages could be missed.
    Future<List<S>> answer = stream.response().compose(this::read);
    // When the server answers before it has seen the end of our stream, ending it fails; the answer
    // counts all the same.
    stream
        .end(message)
        .onFailure(e -> {
          if (!answer.isComplete()) {
            stream.cancel();
          }
        });
    return answer;
  }

  private synchronized boolean attach(GrpcClientRequest<?, ?> stream) {
    request = stream;
    if (closed) {
      stream.cancel();
    }
    return !closed;
  }

  private Future<List<S>> read(GrpcClientResponse<?, S> response) {
    List<S> messages = new ArrayList<>();
    response.handler(listener == null ? messages::add : listener::accept);
    // end() fails when the status is not OK, with the code alone; the response has the text too.
    return response
        .end()
        .transform(end -> {
          GrpcStatus status = response.status();
          if (end.succeeded() && status == GrpcStatus.OK) {
            return Future.succeededFuture(messages);
          }
          if (status == null || status == GrpcStatus.OK) {
            return Future.failedFuture(
                end.failed()
                    ? end.cause()
                    : new GrpcCallException(
                        GrpcStatus.UNAVAILABLE, "the answer carries no gRPC status"));
          }
          String text = response.statusMessage();
          return Future.failedFuture(new GrpcCallException(status, text == null ? "" : text));
        });
  }

  void succeed(List<S> messages) {
    answers.complete(messages);
  }

  void fail(Throwable failure) {
    answers.completeExceptionally(failure);
  }

  /** Waits that long for the end of the call and says whether it has come. */
  boolean endsWithin(Duration time) throws InterruptedException {
    try {
      answers.get(time.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (ExecutionException e) {
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  /** The answers of a call that has ended; none when a listener got them. */
  List<S> answers() throws GrpcCallException, InterruptedException {
    try {
      return answers.get();
    } catch (ExecutionException e) {
      throw failure(e.getCause() == null ? e : e.getCause());
    }
  }

  private GrpcCallException failure(Throwable cause) {
    return switch (cause) {
      case GrpcCallException own -> new GrpcCallException(own.code(), own.text(), own);
      case GrpcErrorException reset ->
          new GrpcCallException(reset.status(), name + ": the stream was reset", reset);
      default -> {
        String text = cause.getMessage();
        String type = cause.getClass().getSimpleName();
        yield new GrpcCallException(
            GrpcStatus.UNAVAILABLE, text == null ? type : type + ": " + text, cause);
      }
    };
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (request != null && !answers.isDone()) {
      request.cancel();
    }
  }
}
