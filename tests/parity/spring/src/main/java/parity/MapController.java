package parity;

import org.springframework.context.annotation.Profile;
import org.springframework.messaging.handler.annotation.DestinationVariable;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.handler.annotation.SendTo;
import org.springframework.stereotype.Controller;

/** Destination patterns: every handler tells on {@code /topic/seen} which one it is. */
@Controller
@Profile("!options")
class MapController {

    @MessageMapping("/map/plain")
    String plain(String body) {
        return "plain " + body;
    }

    @MessageMapping("map/bare")
    @SendTo("/topic/seen")
    String bare() {
        return "bare";
    }

    @MessageMapping({"/map/one", "/map/two"})
    @SendTo("/topic/seen")
    String several() {
        return "several";
    }

    @MessageMapping("/map/${parity.word}")
    @SendTo("/topic/seen")
    String placeholder() {
        return "placeholder";
    }

    @MessageMapping("/map/q?")
    @SendTo("/topic/seen")
    String question() {
        return "question";
    }

    @MessageMapping("/map/star/*")
    @SendTo("/topic/seen")
    String star() {
        return "star";
    }

    @MessageMapping("/map/part/a*z")
    @SendTo("/topic/seen")
    String part() {
        return "part";
    }

    @MessageMapping("/map/deep/**")
    @SendTo("/topic/seen")
    String deep() {
        return "deep";
    }

    @MessageMapping("/map/middle/**/end")
    @SendTo("/topic/seen")
    String middle() {
        return "middle";
    }

    @MessageMapping("/map/var/{id}")
    @SendTo("/topic/seen")
    String variable(@DestinationVariable String id) {
        return "variable " + id;
    }

    @MessageMapping("/map/number/{n:[0-9]+}")
    @SendTo("/topic/seen")
    String regex(@DestinationVariable String n) {
        return "regex " + n;
    }

    @MessageMapping("/map/file/{name}.{ending}")
    @SendTo("/topic/seen")
    String file(@DestinationVariable String name, @DestinationVariable String ending) {
        return "file " + name + " " + ending;
    }

    @MessageMapping("/map/slash/")
    @SendTo("/topic/seen")
    String slash() {
        return "slash";
    }

    @MessageMapping("/best/exact")
    @SendTo("/topic/seen")
    String bestExact() {
        return "exact";
    }

    @MessageMapping("/best/{v}")
    @SendTo("/topic/seen")
    String bestVariable(@DestinationVariable String v) {
        return "variable " + v;
    }

    @MessageMapping("/best/e*")
    @SendTo("/topic/seen")
    String bestStar() {
        return "star";
    }

    @MessageMapping("/best/**")
    @SendTo("/topic/seen")
    String bestDeep() {
        return "deep";
    }

    @MessageMapping("/tie/{a}/x")
    @SendTo("/topic/seen")
    String tieLeft() {
        return "left";
    }

    @MessageMapping("/tie/y/{b}")
    @SendTo("/topic/seen")
    String tieRight() {
        return "right";
    }
}
