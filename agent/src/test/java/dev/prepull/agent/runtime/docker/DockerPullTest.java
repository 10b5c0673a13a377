package dev.prepull.agent.runtime.docker;

import static dev.prepull.agent.runtime.docker.FakeDockerDaemon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.agent.runtime.PullOutcome.Failed;
import dev.prepull.agent.runtime.PullOutcome.Pulled;
import dev.prepull.agent.runtime.PullWatcher;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullProgress;
import dev.prepull.model.PullReason;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pulls through a fake daemon. */
class DockerPullTest {

  private static final ImageReference APP = ImageReference.parse("reg.example:5000/team/app:1");
  private static final ImageDigest DIGEST = new ImageDigest("sha256:" + "a".repeat(64));
  private static final String DOWNLOADING =
      """
      {"status":"Downloading","progressDetail":{"current":40,"total":100},"id":"43077dec5fa0"}\
      """;
  private static final String COMPLETE =
      "{\"status\":\"Download complete\",\"id\":\"43077dec5fa0\"}";
  private static final String NEWER = "{\"status\":\"Status: Downloaded newer image\"}";

  @TempDir Path directory;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final List<PullProgress> seen = new CopyOnWriteArrayList<>();
  private FakeDockerDaemon daemon;
  private DockerRuntime runtime;

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
  void returnsTheImageThatTheDaemonHoldsAfterwards() throws Exception {
    daemon.onPull(DOWNLOADING, COMPLETE, NEWER).holds(APP.written(), APP.name() + "@" + DIGEST);

    PullOutcome outcome = pull(APP);

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Pulled.class,
            pulled ->
                assertThat(pulled.image().named(APP).orElseThrow().digest()).isEqualTo(DIGEST));
  }

  @Test
  void showsHowFarItHasCome() throws Exception {
    daemon.onPull(DOWNLOADING, COMPLETE, NEWER);

    pull(APP);

    assertThat(seen).startsWith(new PullProgress(40, 100)).endsWith(new PullProgress(100, 100));
  }

  @Test
  void tellsTheDigestThatTheRegistryNamedWhereDockerKnowsSeveral() throws Exception {
    ImageDigest older = new ImageDigest("sha256:" + "0".repeat(64));
    daemon
        .onPull("{\"status\":\"Digest: %s\"}".formatted(DIGEST), NEWER)
        .holds(APP.written(), APP.name() + "@" + older, APP.name() + "@" + DIGEST);

    PullOutcome outcome = pull(APP);

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Pulled.class,
            pulled -> {
              assertThat(pulled.image().resolves(APP, DIGEST)).isTrue();
              assertThat(pulled.image().resolves(APP, older)).isFalse();
            });
  }

  @Test
  void tellsTheSizeOfWhatItFetchesAsItBecomesKnown() throws Exception {
    List<String> sizes = new CopyOnWriteArrayList<>();
    daemon.onPull(
        "{\"status\":\"Already exists\",\"id\":\"aaaaaaaaaaaa\"}",
        "{\"status\":\"Pulling fs layer\",\"id\":\"43077dec5fa0\"}",
        DOWNLOADING,
        DOWNLOADING.replace("40", "60"),
        DOWNLOADING.replace("43077dec5fa0", "bbbbbbbbbbbb"),
        COMPLETE,
        NEWER);

    var _ =
        runtime.pull(
            APP,
            RegistryCredential.ANONYMOUS,
            new PullWatcher() {
              @Override
              public void moved(PullProgress progress) {}

              @Override
              public void sized(long imageBytes, long missingBytes) {
                sizes.add(imageBytes + " " + missingBytes);
              }
            });

    assertThat(sizes).containsExactly("100 100", "200 200");
  }

  @Test
  void passesOnHowLongTheRegistryAsksToWait() throws Exception {
    String message = "toomanyrequests: retry-after: 1.5s, allowed: 44000/minute";
    daemon.on(FakeDockerDaemon.PULL, 500, "{\"message\":\"%s\"}".formatted(message));

    assertThat(pull(APP))
        .isEqualTo(new Failed(PullReason.RATE_LIMITED, message, Duration.ofMillis(1_500)));
  }

  @Test
  void asksForOneTagOnly() throws Exception {
    daemon.onPull(NEWER);

    pull(ImageReference.parse("nginx"));

    assertThat(daemon.calls())
        .contains("POST /images/create?fromImage=docker.io%2Flibrary%2Fnginx&tag=latest");
  }

  @Test
  void asksForADigestWhereThereIsOne() throws Exception {
    daemon.onPull(NEWER);

    pull(ImageReference.parse("nginx:1@" + DIGEST));

    assertThat(daemon.calls())
        .anyMatch(call ->
            call.endsWith("fromImage=docker.io%2Flibrary%2Fnginx&tag=sha256%3A" + "a".repeat(64)));
  }

  @Test
  void failsByAnErrorBeforeTheStream() throws Exception {
    daemon.on(
        FakeDockerDaemon.PULL,
        404,
        "{\"message\":\"manifest for team/app:1 not found: manifest unknown\"}");

    assertThat(pull(APP))
        .isEqualTo(
            new Failed(
                PullReason.NOT_FOUND, "manifest for team/app:1 not found: manifest unknown", null));
  }

  @Test
  void failsByAnErrorInsideTheStreamOfASuccessfulAnswer() throws Exception {
    daemon.onPull(
        DOWNLOADING,
        """
        {"errorDetail":{"message":"write /data:\\nno space left on device"},"error":"write"}\
        """);

    assertThat(pull(APP))
        .isEqualTo(
            new Failed(PullReason.DISK_PRESSURE, "write /data: no space left on device", null));
  }

  @Test
  void failsByAnErrorWithoutDetail() throws Exception {
    daemon.onPull("{\"error\":\"unexpected EOF\"}");

    assertThat(pull(APP))
        .isEqualTo(new Failed(PullReason.REGISTRY_UNAVAILABLE, "unexpected EOF", null));
  }

  @Test
  void failsWhenTheDaemonDoesNotKnowTheImageAfterwards() throws Exception {
    daemon.onPull(NEWER);

    assertFailed(pull(APP), PullReason.ERR_IMAGE_PULL, "then did not know it");
  }

  @Test
  void failsWhenTheDaemonGoesAwayInMidStream() throws Exception {
    daemon.on(
        FakeDockerDaemon.PULL,
        request ->
            FakeDockerDaemon.begin(request)
                .write(DOWNLOADING + "\r\n")
                .onSuccess(written -> FakeDockerDaemon.ignore(request.connection().close())));

    assertFailed(pull(APP), PullReason.RUNTIME_UNAVAILABLE, "Tried to pull at Docker's socket");
  }

  @Test
  void failsWhenTheDaemonGoesAwayBeforeItAnswers() throws Exception {
    daemon.on(
        FakeDockerDaemon.PULL, request -> FakeDockerDaemon.ignore(request.connection().close()));

    assertFailed(pull(APP), PullReason.RUNTIME_UNAVAILABLE, "Tried to pull at Docker's socket");
  }

  @Test
  void hangsUpOnTheDaemonWhenInterruptedInMidStream() throws Exception {
    CompletableFuture<Void> begun = new CompletableFuture<>();
    CompletableFuture<Void> hungUp = new CompletableFuture<>();
    daemon.on(
        FakeDockerDaemon.PULL,
        request -> {
          request.connection().closeHandler(hungUp::complete);
          FakeDockerDaemon.ignore(FakeDockerDaemon.begin(request).write(DOWNLOADING + "\r\n"));
        });

    CompletableFuture<String> end = interruptOnce(begun, progress -> begun.complete(null));

    assertThat(end.get(10, TimeUnit.SECONDS)).isEqualTo("interrupted");
    hungUp.get(10, TimeUnit.SECONDS);
  }

  @Test
  void hangsUpOnTheDaemonWhenInterruptedBeforeTheAnswer() throws Exception {
    CompletableFuture<Void> begun = new CompletableFuture<>();
    CompletableFuture<Void> hungUp = new CompletableFuture<>();
    daemon.on(
        FakeDockerDaemon.PULL,
        (HttpServerRequest request) -> {
          request.connection().closeHandler(hungUp::complete);
          begun.complete(null);
        });

    CompletableFuture<String> end = interruptOnce(begun, progress -> {});

    assertThat(end.get(10, TimeUnit.SECONDS)).isEqualTo("interrupted");
    hungUp.get(10, TimeUnit.SECONDS);
  }

  @Test
  void hangsUpOnTheDaemonWhenTheWatcherInterruptsItForTheSize() throws Exception {
    CompletableFuture<Void> hungUp = new CompletableFuture<>();
    daemon.on(
        FakeDockerDaemon.PULL,
        request -> {
          request.connection().closeHandler(hungUp::complete);
          FakeDockerDaemon.ignore(FakeDockerDaemon.begin(request).write(DOWNLOADING + "\r\n"));
        });
    PullWatcher tooLarge =
        new PullWatcher() {
          @Override
          public void moved(PullProgress progress) {}

          @Override
          public void sized(long imageBytes, long missingBytes) {
            Thread.currentThread().interrupt();
          }
        };

    assertThatThrownBy(() -> runtime.pull(APP, RegistryCredential.ANONYMOUS, tooLarge))
        .isInstanceOf(InterruptedException.class);

    hungUp.get(10, TimeUnit.SECONDS);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void leavesOtherPullsAloneWhenOneIsInterrupted() throws Exception {
    ImageReference other = ImageReference.parse("reg.example:5000/team/other:1");
    CompletableFuture<Void> bothBegun = new CompletableFuture<>();
    CompletableFuture<HttpServerRequest> otherPull = new CompletableFuture<>();
    daemon.holds(other.written(), other.name() + "@" + DIGEST);
    daemon.on(
        FakeDockerDaemon.PULL,
        request -> {
          if (String.valueOf(request.getParam("fromImage")).endsWith("other")) {
            otherPull.complete(request);
          } else {
            bothBegun.complete(null);
          }
        });
    CompletableFuture<PullOutcome> otherEnd = CompletableFuture.supplyAsync(() -> quietly(other));
    HttpServerRequest underWay = otherPull.get(10, TimeUnit.SECONDS);

    CompletableFuture<String> end = interruptOnce(bothBegun, progress -> {});
    assertThat(end.get(10, TimeUnit.SECONDS)).isEqualTo("interrupted");
    FakeDockerDaemon.ignore(FakeDockerDaemon.begin(underWay).end(NEWER));

    assertThat(otherEnd.get(10, TimeUnit.SECONDS)).isInstanceOf(Pulled.class);
  }

  private PullOutcome pull(ImageReference reference) throws InterruptedException {
    return runtime.pull(reference, RegistryCredential.ANONYMOUS, seen::add);
  }

  private PullOutcome quietly(ImageReference reference) {
    try {
      return runtime.pull(reference, RegistryCredential.ANONYMOUS, progress -> {});
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Pulls on a virtual thread, interrupts it once {@code begun} is complete, and tells its end. */
  private CompletableFuture<String> interruptOnce(
      CompletableFuture<Void> begun, PullWatcher watcher) throws Exception {
    CompletableFuture<String> end = new CompletableFuture<>();
    Thread puller =
        Thread.startVirtualThread(() -> {
          try {
            end.complete(runtime.pull(APP, RegistryCredential.ANONYMOUS, watcher).toString());
          } catch (InterruptedException e) {
            end.complete("interrupted");
          }
        });
    begun.get(10, TimeUnit.SECONDS);
    puller.interrupt();
    return end;
  }

  private static void assertFailed(PullOutcome outcome, PullReason reason, String message) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Failed.class,
            failed -> {
              assertThat(failed.reason()).isEqualTo(reason);
              assertThat(failed.message()).contains(message).doesNotContain("\n");
            });
  }
}
