package dev.prepull.model;

/** Names the content of a {@link NodePlan}: equal plans have equal revisions. */
public record PlanRevision(String value) {

  @Override
  public String toString() {
    return value;
  }
}
