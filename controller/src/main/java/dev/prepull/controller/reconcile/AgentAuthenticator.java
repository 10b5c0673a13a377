package dev.prepull.controller.reconcile;

import dev.prepull.model.NodeName;
import java.util.concurrent.CompletionStage;

/** Decides whether a bearer of a token may speak for a node. */
@FunctionalInterface
public interface AgentAuthenticator {

  /** The decision. */
  sealed interface Verdict {
    /** The token is that node's. */
    record Admitted() implements Verdict {}

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
