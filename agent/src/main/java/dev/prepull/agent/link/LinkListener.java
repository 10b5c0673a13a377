package dev.prepull.agent.link;

/** Is told when the link stands and when it is lost. Called on the link's loop; must not block. */
public interface LinkListener {

  /** The controller has let this agent in. */
  void attached();

  /** The stream is gone, or could not be opened. */
  void detached(String reason);
}
