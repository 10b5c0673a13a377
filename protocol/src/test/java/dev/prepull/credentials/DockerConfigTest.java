package dev.prepull.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.model.ImageReference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which credential helper is asked for an image, and under which name. */
class DockerConfigTest {

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "gcr.io/project/app, gcloud",
    "public.ecr.aws/app, ecr-login",
    "reg.example:5000/app, with-port",
    "reg.example/app, store",
    "eu.gcr.io/project/app, store",
    "nginx, store",
    "none.example/app, ''",
  })
  void asksTheHelperOfTheRegistryBeforeTheOneForAll(String image, String helper) {
    DockerConfig config =
        config(
            "store",
            Map.of(
                "gcr.io", "gcloud",
                "https://public.ecr.aws", "ecr-login",
                "reg.example:5000", "with-port",
                "reg.example/team", "never",
                "*.gcr.io", "never",
                "none.example", ""));

    assertThat(config.helper(ImageReference.parse(image)).orElse("")).isEqualTo(helper);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "docker.io",
        "index.docker.io",
        "https://index.docker.io/v1/",
        "registry-1.docker.io"
      })
  void knowsTheSpellingsOfDockerHub(String key) {
    DockerConfig config = config("", Map.of(key, "hub"));

    assertThat(config.helper(ImageReference.parse("nginx"))).contains("hub");
    assertThat(config.helper(ImageReference.parse("reg.example/app"))).isEmpty();
  }

  @Test
  void refusesAHelperOfNoRegistry() {
    assertThatThrownBy(() -> config("", Map.of("a b", "c")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "nginx, https://index.docker.io/v1/",
    "docker.io/team/app, https://index.docker.io/v1/",
    "reg.example:5000/app, reg.example:5000",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app, 123456789012.dkr.ecr.eu-west-1.amazonaws.com",
  })
  void namesTheRegistryAsDockerLoginDoes(String image, String server) {
    assertThat(DockerHub.loginServer(ImageReference.parse(image))).isEqualTo(server);
  }

  private static DockerConfig config(String store, Map<String, String> helpers) {
    return new DockerConfig(List.of(), store, new LinkedHashMap<>(helpers));
  }
}
