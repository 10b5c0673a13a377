package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.prepull.e2e.testbed.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which of the clouds' classes the packaged controller loads. */
class CloudClassesIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String AWS = "software.amazon.awssdk.";
  private static final List<String> OTHERS =
      List.of("com.google.auth.", "com.azure.", "com.microsoft.", "reactor.");

  private final Workspace workspace = Workspace.temporary();
  private final Path loaded = workspace.newFile("classes.log");

  @AfterEach
  void stop() {
    workspace.close();
  }

  private Fleet fleet(String clouds) {
    Map<String, String> environment = new HashMap<>();
    environment.put("PREPULL_CLOUD_REGISTRIES", clouds);
    environment.put("JAVA_TOOL_OPTIONS", "-Xlog:class+load=info:file=" + loaded);
    environment.put("AWS_EC2_METADATA_DISABLED", "true");
    Fleet fleet = new Fleet(PATIENCE, environment);
    fleet.list(
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1",
        "europe-docker.pkg.dev/project/app:1",
        "example.azurecr.io/app:1");
    await().atMost(PATIENCE).until(() -> fleet.controller().status().get("images").size() == 3);
    return fleet;
  }

  private String loaded() throws IOException {
    return Files.readString(loaded);
  }

  @Test
  void noneIsLoadedWithoutTheFlag() throws Exception {
    try (Fleet _ = fleet("")) {
      assertThat(loaded())
          .contains("dev.prepull.controller.ControllerMain")
          .doesNotContain(AWS)
          .doesNotContain(OTHERS);
    }
  }

  @Test
  void thoseOfTheNamedCloudAloneAreLoaded() throws Exception {
    try (Fleet _ = fleet("ecr")) {
      await().atMost(PATIENCE).until(() -> loaded().contains(AWS + "services.ecr.EcrClient"));

      assertThat(loaded()).doesNotContain(OTHERS);
    }
  }
}
