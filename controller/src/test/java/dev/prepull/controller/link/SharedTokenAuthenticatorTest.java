package dev.prepull.controller.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.controller.reconcile.AgentAuthenticator.Verdict;
import dev.prepull.model.NodeName;
import dev.prepull.program.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The one token that all agents share. */
class SharedTokenAuthenticatorTest {

  @TempDir Path folder;

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("token"), content);
  }

  private Verdict check(String content, String presented) throws Exception {
    return SharedTokenAuthenticator.of(file(content))
        .check(presented, new NodeName("n1"))
        .toCompletableFuture()
        .get();
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret", "secret\n", "  secret\r\n"})
  void admitsTheTokenOfTheFileWithoutItsWhiteSpace(String content) throws Exception {
    assertThat(check(content, "secret")).isEqualTo(Verdict.Admitted.FOR_EVER);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Secret", "secret ", "secre", "secrets"})
  void refusesEverythingElseWithoutRepeatingIt(String presented) throws Exception {
    assertThat(check("secret", presented))
        .isEqualTo(new Verdict.Refused("the token is not the shared one"));
  }

  @Test
  void namesAFileThatCannotBeRead() {
    Path missing = folder.resolve("missing");

    assertThatThrownBy(() -> SharedTokenAuthenticator.of(missing))
        .isInstanceOf(StartupException.class)
        .hasMessageStartingWith("Tried to read --shared-token-file " + missing + " but failed: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \n"})
  void refusesAnEmptyFile(String content) throws IOException {
    Path file = file(content);

    assertThatThrownBy(() -> SharedTokenAuthenticator.of(file))
        .isInstanceOf(StartupException.class)
        .hasMessage("Tried to read --shared-token-file %s but it is empty.", file);
  }
}
