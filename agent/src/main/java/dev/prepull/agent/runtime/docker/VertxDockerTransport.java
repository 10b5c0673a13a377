package dev.prepull.agent.runtime.docker;

import com.github.dockerjava.transport.DockerHttpClient;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * docker-java's transport over Vert.x's HTTP client on the daemon's unix socket. The transports
 * that docker-java brings cost the agent 18 MB of memory.
 *
 * <p>Callers block. Closing the transport resets every request under way, upon which the daemon
 * gives up what it was doing for it. Thread-safe.
 */
final class VertxDockerTransport implements DockerHttpClient {

  private final HttpClient client;
  private final SocketAddress socket;
  private final Duration longestSilence;
  private final Set<HttpClientRequest> underWay = new HashSet<>();
  private boolean closed;

  /**
   * The HTTP client stays the caller's.
   *
   * @param longestSilence how long the daemon may send nothing
   */
  VertxDockerTransport(HttpClient client, SocketAddress socket, Duration longestSilence) {
    this.client = client;
    this.socket = socket;
    this.longestSilence = longestSilence;
  }

  @Override
  public Response execute(Request request) {
    RequestOptions options =
        new RequestOptions()
            .setServer(socket)
            .setHost("docker")
            .setMethod(HttpMethod.valueOf(request.method()))
            .setURI(request.path());
    request.headers().forEach(options::putHeader);
    Buffer body = body(request);
    Future<Exchange> exchange =
        client
            .request(options)
            .compose(sent -> {
              if (!begin(sent)) {
                sent.reset();
                return Future.failedFuture("the transport is closed");
              }
              return sent.send(body).map(response -> new Exchange(sent, response));
            });
    try {
      return exchange
          .toCompletionStage()
          .toCompletableFuture()
          .get(TimeUnit.NANOSECONDS.convert(longestSilence), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new UncheckedIOException(new IOException(e.getCause()));
    } catch (TimeoutException e) {
      close();
      throw new UncheckedIOException(BodyStream.tooSilent(longestSilence));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw new UncheckedIOException(new IOException("interrupted", e));
    }
  }

  private static Buffer body(Request request) {
    byte[] bytes = request.bodyBytes();
    if (bytes != null) {
      return Buffer.buffer(bytes);
    }
    try (InputStream stream = request.body()) {
      return stream == null ? Buffer.buffer() : Buffer.buffer(stream.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized boolean begin(HttpClientRequest request) {
    if (!closed) {
      underWay.add(request);
    }
    return !closed;
  }

  private synchronized void end(HttpClientRequest request) {
    underWay.remove(request);
  }

  @Override
  public synchronized void close() {
    closed = true;
    underWay.forEach(HttpClientRequest::reset);
    underWay.clear();
  }

  /** One answer, whose body is read as it comes. */
  private final class Exchange implements Response {
    private final HttpClientRequest request;
    private final HttpClientResponse response;
    private final BodyStream body;

    /** Called on the request's context, before any of the body has been delivered. */
    Exchange(HttpClientRequest request, HttpClientResponse response) {
      this.request = request;
      this.response = response;
      this.body = new BodyStream(response, longestSilence, () -> end(request));
    }

    @Override
    public int getStatusCode() {
      return response.statusCode();
    }

    @Override
    public Map<String, List<String>> getHeaders() {
      Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      response
          .headers()
          .forEach((name, value) ->
              headers.computeIfAbsent(name, ignored -> new ArrayList<>()).add(value));
      return headers;
    }

    @Override
    public InputStream getBody() {
      return body;
    }

    @Override
    public void close() {
      if (!body.isComplete()) {
        request.reset();
      }
      end(request);
    }
  }
}
