package dev.prepull.agent.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is shown of what a failed program said. */
class ProgramWordsTest {

  @Test
  void hidesSecretsWhetherTheyAreKnownOrLookLikeThem() {
    assertThat(shown("he said hunter2 and password=s3cret!", "hunter2"))
        .isEqualTo("he said … and password=…");
  }

  @Test
  void keepsTheEndOfWhatIsLong() {
    assertThat(shown("a".repeat(1_000) + "the end"))
        .hasSize(301)
        .startsWith("…a")
        .endsWith("the end");
  }

  private static String shown(String said, String... secrets) {
    return ProgramWords.shown(said.getBytes(StandardCharsets.UTF_8), List.of(secrets));
  }
}
