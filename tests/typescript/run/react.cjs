'use strict'

// As much of React as a hook needs that has states and effects: one component, rendered again after each change.

/** Renders a hook. `props` of a later rendering replace those before; `shown` has what each rendering gave. */
function rendering(hook) {
  const cells = []
  const shown = []
  let at = 0
  let props
  let effects = []

  const cell = (make) => (cells[at] ??= make())
  const useState = (first) => {
    const state = cell(() => ({ value: first }))
    at += 1
    state.set ??= (next) => {
      state.value = typeof next === 'function' ? next(state.value) : next
      render()
    }
    return [state.value, state.set]
  }
  const useEffect = (effect, inputs) => {
    const known = cell(() => ({}))
    at += 1
    if (known.inputs?.every((input, index) => Object.is(input, inputs[index]))) return
    known.inputs = inputs
    effects.push(() => {
      known.end?.()
      known.end = effect()
    })
  }

  function render() {
    at = 0
    shown.push(hook(...props))
    const due = effects
    effects = []
    due.forEach((effect) => effect())
  }

  return {
    react: { useState, useEffect },
    shown,
    render: (...given) => {
      props = given
      render()
    },
    unmount: () => cells.forEach(({ end }) => end?.()),
  }
}

module.exports = { rendering }
