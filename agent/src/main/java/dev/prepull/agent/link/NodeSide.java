package dev.prepull.agent.link;

import dev.prepull.agent.puller.PlanReceiver;
import dev.prepull.agent.report.ReportBook;
import dev.prepull.model.NodeHello;

/**
 * What the link connects the controller to.
 *
 * @param plans gets what the controller wants
 * @param reports what the controller is to be told
 */
public record NodeSide(
    HelloSource hello, PlanReceiver plans, ReportBook reports, LinkListener listener) {

  /** Introduces the node. */
  @FunctionalInterface
  public interface HelloSource {
    /**
     * Asks the runtime what it holds; called on a virtual thread before each attach.
     *
     * @throws Exception when the runtime does not answer; the attach is tried again later
     */
    NodeHello hello() throws Exception;
  }
}
