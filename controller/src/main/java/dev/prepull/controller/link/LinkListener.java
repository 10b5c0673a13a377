package dev.prepull.controller.link;

/** Is told what happens at the door. Called from any thread; must not block. */
@FunctionalInterface
public interface LinkListener {

  /** An agent was not let in, or not let stay. */
  void refused(RefusalReason reason);
}
