package dev.prepull.controller.link;

/** Is told what happens at the door. Called from any thread; must not block. */
@FunctionalInterface
public interface LinkListener {

  /**
   * An agent was not let in.
   *
   * @param reason one of a few words, fit for a metric's label
   */
  void refused(String reason);
}
