import { preference } from "./preferences.js";

let context = null;

function note(frequency, at) {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.12, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.5);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.55);
}

/** Two soft notes every three seconds. @returns {() => void} stops them */
export function ring() {
  if (!preference("sound") || !window.AudioContext) return () => {};
  const play = () => {
    context ??= new AudioContext();
    // Before the first click in a page browsers keep it silent; the title and the dialog still show.
    if (context.state === "suspended") context.resume();
    note(659, context.currentTime + 0.05);
    note(880, context.currentTime + 0.3);
  };
  play();
  const timer = setInterval(play, 3000);
  return () => clearInterval(timer);
}
