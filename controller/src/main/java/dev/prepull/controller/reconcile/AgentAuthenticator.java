package dev.prepull.controller.reconcile;

import dev.prepull.model.NodeName;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Decides whether a bearer of a token may speak for a node. */
@FunctionalInterface
public interface AgentAuthenticator {

  /** The decision. */
  sealed interface Verdict {
    /**
     * The token is that node's.
     *
     * @param expiresIn how long it is good for; null for ever
     */
    record Admitted(@Nullable Duration expiresIn) implements Verdict {

      /** For ever. */
      public static final Admitted FOR_EVER = new Admitted(null);
    }

    /**
     * The token is not.
     *
     * @param why for the log and the agent; never contains the token
     */
    record Refused(String why) implements Verdict {}
  }

  /** Checks the token; completes normally with a verdict, on any thread. */
  CompletionStage<Verdict> check(String token, NodeName claimed);
}
