package dev.prepull.controller.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.reconcile.AgentSession;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlanRevision;
import dev.prepull.model.PlannedImage;
import dev.prepull.protocol.AgentLinkMapper;
import dev.prepull.protocol.v1.FromAgent;
import dev.prepull.protocol.v1.Reports;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A stream after its agent was let in. */
class LinkStreamTest {

  private static final ImageReference NGINX = ImageReference.parse("nginx:1");

  private TestLink link;

  @BeforeEach
  void start() throws Exception {
    link = TestLink.start();
  }

  @AfterEach
  void stop() {
    link.close();
  }

  private AgentSession attached(String node) throws InterruptedException {
    assertThat(link.nextTold()).isEqualTo("attached " + node);
    return link.nextSession();
  }

  private static NodePlan plan(String tag, int images) {
    return NodePlan.of(
        IntStream.range(0, images)
            .mapToObj(i -> "registry.example.com/team/application-%04d:%s".formatted(i, tag))
            .map(image -> new PlannedImage(ImageReference.parse(image), ImagePolicy.DEFAULT))
            .toList());
  }

  @Test
  void bringsAPlanWholeAndThenItsGrant() throws Exception {
    TestAgent agent = link.attach("n1");
    AgentSession session = attached("n1");
    NodePlan plan = plan("v1", 5000);

    session.send(plan);
    session.grant(List.of(NGINX));

    assertThat(agent.nextPlan()).isEqualTo(plan);
    assertThat(agent.nextGrant()).containsExactly(NGINX);
  }

  @Test
  void bringsTheSamePlanToManyAgents() throws Exception {
    NodePlan plan = plan("v1", 10);
    for (String node : List.of("n1", "n2", "n3")) {
      TestAgent agent = link.attach(node);

      attached(node).send(plan);

      assertThat(agent.nextPlan()).isEqualTo(plan);
    }
  }

  @Test
  void bringsOnlyTheNewestOfManyPlansToASlowReader() throws Exception {
    TestAgent agent = link.attach("n1");
    AgentSession session = attached("n1");
    agent.stopReading();
    NodePlan newest = plan("v99", 1000);

    for (int i = 0; i < 60; i++) {
      session.send(plan("v" + i, 1000));
      session.grant(List.of(ImageReference.parse("old:" + i)));
    }
    session.send(newest);
    session.grant(List.of(NGINX));
    session.grant(List.of(ImageReference.parse("redis:7")));
    agent.readOn();

    List<PlanRevision> revisions = new ArrayList<>();
    while (!revisions.contains(newest.revision())) {
      var message = agent.next();
      if (message.hasPlan()) {
        revisions.add(AgentLinkMapper.plan(message.getPlan()).revision());
      }
    }
    // The client of this test takes some 16 messages itself before it stops reading.
    assertThat(revisions).hasSizeLessThan(30);
    assertThat(agent.nextGrant()).containsExactly(NGINX, ImageReference.parse("redis:7"));
  }

  @Test
  void passesOnReportsAndAnswersInOrder() throws Exception {
    TestAgent agent = link.attach("n1");
    attached("n1");

    agent.say(AgentLinkMapper.ack(new PlanRevision("r1")));
    agent.say(AgentLinkMapper.reports(List.of(ImageReport.of(NGINX, ImageState.PULLING))));
    agent.say(AgentLinkMapper.nack(new PlanRevision("r2"), "cannot be read"));

    assertThat(link.nextTold()).isEqualTo("acknowledged r1");
    assertThat(link.nextTold()).isEqualTo("reported [docker.io/library/nginx:1 PULLING]");
    assertThat(link.nextTold()).isEqualTo("rejected r2: cannot be read");
  }

  @Test
  void leavesOutAReportThatCannotBeRead() throws Exception {
    TestAgent agent = link.attach("n1");
    attached("n1");
    FromAgent good = AgentLinkMapper.reports(List.of(ImageReport.of(NGINX, ImageState.PRESENT)));
    Reports.Builder reports = good.getReports().toBuilder();
    reports.addImages(reports.getImages(0).toBuilder().setReference("No Reference"));

    agent.say(FromAgent.newBuilder().setReports(reports).build());

    assertThat(link.nextTold()).isEqualTo("reported [docker.io/library/nginx:1 PRESENT]");
  }

  @Test
  void passesOverWhatANewerAgentSays() throws Exception {
    TestAgent agent = link.attach("n1");
    attached("n1");

    agent.say(FromAgent.getDefaultInstance());
    agent.hello(TestLink.hello("n1"));
    agent.say(AgentLinkMapper.ack(new PlanRevision("r1")));

    assertThat(link.nextTold()).isEqualTo("acknowledged r1");
  }

  @Test
  void endsTheOlderStreamOfANodeThatAttachesAgain() throws Exception {
    TestAgent older = link.attach("n1");
    attached("n1");

    TestAgent newer = link.attach("n1");

    assertThat(older.awaitEnd()).isEqualTo("UNAVAILABLE: the node has attached again");
    assertThat(List.of(link.nextTold(), link.nextTold()))
        .containsExactlyInAnyOrder("attached n1", "detached");
    link.nextSession().send(plan("v1", 1));
    assertThat(newer.nextPlan().images()).hasSize(1);
  }

  @Test
  void leavesTheStreamsOfOtherNodesAlone() throws Exception {
    TestAgent first = link.attach("n1");
    AgentSession session = attached("n1");

    link.attach("n2").leave();
    assertThat(List.of(link.nextTold(), link.nextTold()))
        .containsExactly("attached n2", "detached");

    session.send(plan("v1", 1));
    assertThat(first.nextPlan().images()).hasSize(1);
  }

  @Test
  void tellsWhenAnAgentLeaves() throws Exception {
    TestAgent agent = link.attach("n1");
    attached("n1");

    agent.leave();

    assertThat(link.nextTold()).isEqualTo("detached");
    assertThat(agent.awaitEnd()).startsWith("OK");
  }

  @Test
  void tellsOnceWhenAnAgentVanishes() throws Exception {
    TestAgent agent = link.attach("n1");
    AgentSession session = attached("n1");

    agent.vanish();

    assertThat(link.nextTold()).isEqualTo("detached");
    session.send(plan("v1", 1));
    session.close("too late");
    link.attach("n2");
    assertThat(link.nextTold()).isEqualTo("attached n2");
  }

  @Test
  void tellsAgentsThatItStops() throws Exception {
    TestAgent agent = link.attach("n1");
    attached("n1");

    link.stopServer();

    assertThat(agent.awaitEnd()).isEqualTo("UNAVAILABLE: the controller stops");
    assertThat(link.nextTold()).isEqualTo("detached");
  }
}
