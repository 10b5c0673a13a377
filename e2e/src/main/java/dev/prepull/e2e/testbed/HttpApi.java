package dev.prepull.e2e.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The HTTP side of a controller or an agent. */
public final class HttpApi {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  private final URI base;

  /** Of a program that listens on that port of the loopback interface. */
  public HttpApi(int port) {
    this.base = URI.create("http://127.0.0.1:" + port);
  }

  /** Where it answers. */
  public URI url() {
    return base;
  }

  /** The answer to a GET. */
  public HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return HTTP.send(
        HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(10)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** The text at that path, whatever the status. */
  public String text(String path) {
    return answer(path).body();
  }

  /** The JSON at that path; {@link TestbedException} when the answer is another than 200. */
  public JsonNode json(String path) {
    HttpResponse<String> response = answer(path);
    try {
      if (response.statusCode() != 200) {
        throw new TestbedException(
            "GET %s: %d %s".formatted(path, response.statusCode(), response.body()));
      }
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new TestbedException("GET %s%s: %s".formatted(base, path, e), e);
    }
  }

  private HttpResponse<String> answer(String path) {
    try {
      return get(path);
    } catch (IOException e) {
      throw new TestbedException("GET %s%s: %s".formatted(base, path, e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TestbedException("interrupted", e);
    }
  }

  /** Whether that path answers 200 within a second, as a kubelet's probe asks. */
  boolean isOkAtOnce(String path) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(1)).build();
      return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Whether the answer to a GET is 200. */
  public boolean isOk(String path) throws IOException, InterruptedException {
    return get(path).statusCode() == 200;
  }
}
