package dev.prepull.controller.link;

import dev.prepull.controller.reconcile.AgentAuthenticator;
import dev.prepull.model.NodeName;
import dev.prepull.program.StartupException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Lets in whoever presents the one token that all agents share. */
public final class SharedTokenAuthenticator implements AgentAuthenticator {

  private final byte[] token;

  private SharedTokenAuthenticator(byte[] token) {
    this.token = token;
  }

  /** Reads the token from a file; surrounding white space does not count. */
  public static SharedTokenAuthenticator of(Path file) throws StartupException {
    try {
      String token = Files.readString(file).strip();
      if (token.isEmpty()) {
        throw new StartupException(
            "Tried to read --shared-token-file %s but it is empty.".formatted(file));
      }
      return new SharedTokenAuthenticator(token.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new StartupException(
          "Tried to read --shared-token-file %s but failed: %s. Check the path and its permissions."
              .formatted(file, e),
          e);
    }
  }

  @Override
  public CompletionStage<Verdict> check(String presented, NodeName claimed) {
    boolean equal = MessageDigest.isEqual(presented.getBytes(StandardCharsets.UTF_8), token);
    return CompletableFuture.completedFuture(
        equal ? Verdict.Admitted.FOR_EVER : new Verdict.Refused("the token is not the shared one"));
  }
}
