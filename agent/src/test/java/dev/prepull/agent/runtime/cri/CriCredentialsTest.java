package dev.prepull.agent.runtime.cri;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.agent.runtime.cri.FakeCriServer.Answer;
import dev.prepull.agent.runtime.cri.v1.AuthConfig;
import dev.prepull.agent.runtime.cri.v1.ImageStatusRequest;
import dev.prepull.agent.runtime.cri.v1.ImageStatusResponse;
import dev.prepull.agent.runtime.cri.v1.PullImageRequest;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.grpc.common.GrpcStatus;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What CRI is told of a credential. */
class CriCredentialsTest {

  private static final String IMAGES = "runtime.v1.ImageService";
  private static final ImageReference APP = ImageReference.parse("reg.example/team/app:1");
  private static final ImageDigest DIGEST = new ImageDigest("sha256:" + "a".repeat(64));
  private static final RegistryCredential WHOLE =
      new RegistryCredential("the test", "alice", "a-password", "an-identity", "a-bearer");

  @TempDir Path directory;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final List<PullImageRequest> requests = new CopyOnWriteArrayList<>();
  private FakeCriServer server;
  private CriRuntime runtime;

  @BeforeEach
  void serve() throws Exception {
    Path socket = directory.resolve("cri.sock");
    server =
        new FakeCriServer(vertx, socket)
            .greet("cri-o")
            .on(
                IMAGES,
                "ImageStatus",
                ImageStatusRequest.newBuilder(),
                request -> new Answer.Message(ImageStatusResponse.getDefaultInstance()))
            .on(
                IMAGES,
                "PullImage",
                PullImageRequest.newBuilder(),
                (PullImageRequest request) -> {
                  requests.add(request);
                  return new Answer.Status(GrpcStatus.UNKNOWN, "401 Unauthorized");
                });
    runtime = CriRuntime.open(vertx, socket, Clock.systemUTC());
  }

  @AfterEach
  void stop() throws Exception {
    runtime.close();
    server.close();
    FakeCriServer.await(vertx.close());
  }

  @Test
  void passesEveryPartOnAndLeavesTheServerOpenAsTheKubeletDoes() throws Exception {
    var _ = runtime.pull(APP, WHOLE, progress -> {});

    assertThat(requests)
        .extracting(PullImageRequest::getAuth)
        .containsExactly(
            AuthConfig.newBuilder()
                .setUsername("alice")
                .setPassword("a-password")
                .setIdentityToken("an-identity")
                .setRegistryToken("a-bearer")
                .build());
  }

  @Test
  void passesItOnWhenItConverges() throws Exception {
    var _ = runtime.converge(APP, DIGEST, WHOLE, progress -> {});

    assertThat(requests)
        .extracting(request -> request.getAuth().getPassword())
        .containsExactly("a-password");
  }

  @Test
  void saysNothingOfNoCredential() throws Exception {
    var _ = runtime.pull(APP, RegistryCredential.ANONYMOUS, progress -> {});

    assertThat(requests).extracting(PullImageRequest::hasAuth).containsExactly(false);
  }

  @Test
  void doesNotShowTheCredentialInWhatItSaysOfAFailure() throws Exception {
    PullOutcome outcome = runtime.pull(APP, WHOLE, progress -> {});

    assertThat(outcome.toString()).doesNotContain("alice", "a-password", "an-identity", "a-bearer");
  }
}
