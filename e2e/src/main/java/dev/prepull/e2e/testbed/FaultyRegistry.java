package dev.prepull.e2e.testbed;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Stands before a {@link Registry} and makes it slow, silent or faulty. The loopback address is too
 * fast to see a pull under way.
 */
public final class FaultyRegistry implements AutoCloseable {

  private static final int CHUNK = 16 * 1024;
  private static final int TOO_MANY_REQUESTS = 429;

  private final Registry registry;
  private final HttpServer server;
  private final PlainHttpGate gate;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<RegistryRequest> requests = new CopyOnWriteArrayList<>();
  private volatile Behaviour behaviour = new Passing();
  private long second;
  private int admitted;

  /** What it does with requests. */
  public sealed interface Behaviour {}

  /** Hands everything on. */
  public record Passing() implements Behaviour {}

  /** Hands everything on, with so many bytes a second in each answer. */
  public record Slow(int bytesPerSecond) implements Behaviour {}

  /** Takes requests and never answers. */
  public record Silent() implements Behaviour {}

  /** Answers everything with that status. */
  public record Refusing(int status) implements Behaviour {}

  /** Hands on so many requests in each second and answers the others with 429, come back later. */
  public record Limiting(int requestsPerSecond) implements Behaviour {}

  private FaultyRegistry(Registry registry, HttpServer server) {
    this.registry = registry;
    this.server = server;
    this.gate = PlainHttpGate.before(server.getAddress());
  }

  /** Starts one at a free port. */
  public static FaultyRegistry before(Registry registry) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128);
      FaultyRegistry faulty = new FaultyRegistry(registry, server);
      server.setExecutor(faulty.threads);
      server.createContext("/", faulty::handle);
      server.start();
      return faulty;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Host and port as they stand in an image reference. */
  public String host() {
    return "127.0.0.1:" + gate.port();
  }

  /** Where it answers. */
  public URI url() {
    return URI.create("http://" + host());
  }

  /** From now on; answers that are under way change their pace too. */
  public void behave(Behaviour now) {
    behaviour = now;
  }

  /** What was asked so far. */
  public List<RegistryRequest> requests() {
    return List.copyOf(requests);
  }

  private void handle(HttpExchange exchange) throws IOException {
    Instant now = Instant.now();
    requests.add(
        new RegistryRequest(now, exchange.getRequestMethod(), exchange.getRequestURI().toString()));
    try (exchange) {
      if (behaviour instanceof Refusing(int status)) {
        exchange.sendResponseHeaders(status, -1);
        return;
      }
      if (behaviour instanceof Limiting(int perSecond) && !admits(perSecond, now)) {
        exchange.getResponseHeaders().set("Retry-After", "1");
        exchange.sendResponseHeaders(TOO_MANY_REQUESTS, -1);
        return;
      }
      awaitVoice();
      pass(exchange);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean admits(int perSecond, Instant now) {
    if (now.getEpochSecond() != second) {
      second = now.getEpochSecond();
      admitted = 0;
    }
    return admitted++ < perSecond;
  }

  private void pass(HttpExchange exchange) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(registry.url().resolve(exchange.getRequestURI()))
            .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.noBody());
    for (String header : List.of("Accept", "Range")) {
      exchange
          .getRequestHeaders()
          .getOrDefault(header, List.of())
          .forEach(value -> request.header(header, value));
    }
    HttpResponse<InputStream> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      response
          .headers()
          .map()
          .forEach((name, values) -> {
            if (!name.equalsIgnoreCase("content-length")
                && !name.equalsIgnoreCase("transfer-encoding")) {
              exchange.getResponseHeaders().put(name, values);
            }
          });
      long length = response.headers().firstValueAsLong("content-length").orElse(-1);
      boolean isHead = exchange.getRequestMethod().equals("HEAD");
      if (isHead) {
        exchange.getResponseHeaders().set("Content-Length", Long.toString(length));
      }
      exchange.sendResponseHeaders(response.statusCode(), isHead || length == 0 ? -1 : length);
      if (!isHead) {
        copy(body, exchange.getResponseBody());
      }
    }
  }

  private void copy(InputStream from, OutputStream to) throws IOException, InterruptedException {
    byte[] chunk = new byte[CHUNK];
    for (int read = from.read(chunk); read >= 0; read = from.read(chunk)) {
      awaitVoice();
      to.write(chunk, 0, read);
      to.flush();
      if (behaviour instanceof Slow(int bytesPerSecond)) {
        TimeUnit.MICROSECONDS.sleep(1_000_000L * read / bytesPerSecond);
      }
    }
  }

  private void awaitVoice() throws InterruptedException {
    while (behaviour instanceof Silent) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  @Override
  public void close() {
    gate.close();
    threads.shutdownNow();
    server.stop(0);
    http.shutdownNow();
  }
}
