package dev.prepull.agent.runtime.docker;

import static dev.prepull.agent.runtime.docker.FakeDockerDaemon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.agent.runtime.ImageEvents;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a fake daemon's events become. Their form was taken from 20.10 and 28.5. */
class DockerEventsTest {

  private static final Instant SINCE = Instant.ofEpochSecond(1_795_581_379L, 5);
  private static final String EVENTS = "/events";

  @TempDir Path directory;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final Told told = new Told();
  private FakeDockerDaemon daemon;
  private DockerRuntime runtime;

  /** Keeps what is told. */
  private static final class Told implements ImageEvents {
    private final CompletableFuture<Void> watching = new CompletableFuture<>();
    private final List<String> names = new CopyOnWriteArrayList<>();
    private final List<Instant> times = new CopyOnWriteArrayList<>();

    @Override
    public void watching() {
      names.add("watching");
      watching.complete(null);
    }

    @Override
    public void changed(String name, Instant at) {
      names.add(name);
      times.add(at);
    }
  }

  @BeforeEach
  void start() throws Exception {
    Path socket = directory.resolve("docker.sock");
    daemon = new FakeDockerDaemon(vertx, socket);
    runtime = DockerRuntime.open(vertx, socket);
  }

  @AfterEach
  void stop() throws Exception {
    runtime.close();
    await(vertx.close());
  }

  @Test
  void tellsTheNameOfEachChange() throws Exception {
    daemon.on(
        EVENTS,
        request ->
            FakeDockerDaemon.ignore(
                FakeDockerDaemon.write(
                        request,
                        event("pull", "reg.example:5000/app:1", "reg.example:5000/app"),
                        event("tag", "sha256:1d", "reg.example:5000/app:2"),
                        event("untag", "sha256:1d", "sha256:1d"),
                        event("delete", "sha256:1d", "sha256:1d"))
                    .end()));

    runtime.watch(SINCE, told);

    assertThat(told.names)
        .containsExactly(
            "watching",
            "reg.example:5000/app:1",
            "reg.example:5000/app:2",
            "sha256:1d",
            "sha256:1d");
    assertThat(told.times).containsOnly(Instant.parse("2026-11-25T04:36:19.863365733Z"));
  }

  @Test
  void tellsTheIdWhereDockerTellsNoName() throws Exception {
    daemon.on(
        EVENTS,
        request ->
            FakeDockerDaemon.ignore(
                FakeDockerDaemon.write(
                        request,
                        "{\"Type\":\"image\",\"Action\":\"load\",\"Actor\":{\"ID\":\"sha256:1d\"}}",
                        "{\"Type\":\"image\",\"Action\":\"load\"}")
                    .end()));

    runtime.watch(SINCE, told);

    assertThat(told.names).containsExactly("watching", "sha256:1d");
  }

  @Test
  void asksForChangesOfImagesFromThatTimeOn() throws Exception {
    daemon.on(EVENTS, request -> FakeDockerDaemon.ignore(FakeDockerDaemon.begin(request).end()));

    runtime.watch(SINCE, told);

    assertThat(daemon.calls())
        .map(call -> URLDecoder.decode(call, StandardCharsets.UTF_8))
        .filteredOn(call -> call.startsWith("GET /events"))
        .singleElement()
        .asString()
        .contains("since=1795581379.000000005", "\"image\"", "\"pull\"", "\"delete\"");
  }

  @Test
  void watchesOnThroughSilenceUntilItIsInterrupted() throws Exception {
    CompletableFuture<Void> hungUp = new CompletableFuture<>();
    CompletableFuture<String> end = new CompletableFuture<>();
    daemon.on(
        EVENTS,
        request -> {
          request.connection().closeHandler(hungUp::complete);
          FakeDockerDaemon.ignore(FakeDockerDaemon.begin(request).writeHead());
        });
    Thread watcher =
        Thread.startVirtualThread(() -> {
          try {
            runtime.watch(SINCE, told);
            end.complete("returned");
          } catch (InterruptedException e) {
            end.complete("interrupted");
          } catch (RuntimeUnavailableException e) {
            end.completeExceptionally(e);
          }
        });
    told.watching.get(10, TimeUnit.SECONDS);

    watcher.interrupt();

    assertThat(end.get(10, TimeUnit.SECONDS)).isEqualTo("interrupted");
    hungUp.get(10, TimeUnit.SECONDS);
  }

  @Test
  void saysThatTheDaemonHasGone() {
    daemon.on(
        EVENTS,
        request ->
            FakeDockerDaemon.begin(request)
                .writeHead()
                .onSuccess(written -> FakeDockerDaemon.ignore(request.connection().close())));

    assertThatThrownBy(() -> runtime.watch(SINCE, told))
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageStartingWith("Tried to watch images at Docker's socket");
  }

  @Test
  void doesNotSayThatItWatchesWhenTheDaemonRefuses() {
    daemon.on(EVENTS, 500, "{\"message\":\"no\"}");

    assertThatThrownBy(() -> runtime.watch(SINCE, told))
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageContaining("but no.");

    assertThat(told.names).isEmpty();
  }

  private static String event(String action, String id, String name) {
    return """
    {"status":"%1$s","id":"%2$s","Type":"image","Action":"%1$s",\
    "Actor":{"ID":"%2$s","Attributes":{"name":"%3$s"}},\
    "scope":"local","time":1795581379,"timeNano":1795581379863365733}\
    """
        .formatted(action, id, name);
  }
}
